using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Providers.Http;
using Notify.Providers.Mail.Attachments;

namespace Notify.Providers.Mail;

/// <summary>
/// Fetches the attachments that deliveries name by URL, for all email providers of the application. Each process fetches a file
/// once per notification, as long as it fits into the cache.
/// </summary>
public sealed class AttachmentFetcher : IDisposable
{
    /// <summary>The name of the HTTP client.</summary>
    internal const string ClientName = "attachments";

    private const string DefaultName = "attachment";

    private const int MaxNameLength = 255;

    private readonly AttachmentUrlOptions _options;
    private readonly AttachmentDownload _download;
    private readonly AttachmentCache _cache;

    /// <summary>Creates the fetcher.</summary>
    /// <param name="client">A client that reaches only the hosts that it may.</param>
    /// <param name="options">The options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The logger.</param>
    public AttachmentFetcher(
        HttpClient client,
        IOptions<AttachmentUrlOptions> options,
        TimeProvider time,
        ILogger<AttachmentFetcher> logger
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options.Value;
        var notPublic = Outcome.Rejected($"{AttachmentDownload.Prefix}its host is not on the public internet");
        _download = new AttachmentDownload(
            client,
            _options,
            new EndpointFailures(ClientName, allowsPrivateNetworks: false, notPublic, logger),
            time
        );
        _cache = new AttachmentCache(_options.CacheBytes, time);
    }

    /// <summary>Determines whether a delivery has attachments by URL.</summary>
    /// <param name="delivery">The delivery.</param>
    public static bool IsNeeded(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return delivery.Content.Attachments is { Count: > 0 } attachments
            && attachments.Any(attachment => attachment.Url is not null);
    }

    /// <summary>
    /// Fetches the attachments of a delivery. The time limit of the attempt stops meanwhile, because each file has its own.
    /// </summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="timer">The time limit of the attempt.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<FetchedDelivery> FetchAsync(Delivery delivery, AttemptTimer timer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(timer);
        var attachments = delivery.Content.Attachments ?? [];
        timer.Wait();
        FetchedFile?[] files;
        try
        {
            // All begin at once. Their time limit is that of the file, not that of the delivery that asked first.
            files = await Task.WhenAll(attachments.Select(attachment => GetAsync(delivery, attachment.Url)))
                .WaitAsync(cancellationToken)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            var unsent = Outcome.Retry($"{AttachmentDownload.Prefix}the attempt ended first");
            return new FetchedDelivery { Delivery = delivery, Failure = unsent };
        }

        timer.Begin();
        return new FetchedDelivery
        {
            Delivery = delivery with
            {
                Content = delivery.Content with
                {
                    Attachments = [.. attachments.Zip(files, (attachment, file) => Complete(attachment, file))],
                },
            },
            Failure = FindFailure(files),
        };
    }

    /// <summary>Removes all files from the cache.</summary>
    public void Dispose() => _cache.Dispose();

    private async Task<FetchedFile?> GetAsync(Delivery delivery, string? url) =>
        url is null
            ? null
            : await _cache
                .GetAsync(delivery.NotificationId, url, () => _download.DownloadAsync(url, delivery.Id))
                .ConfigureAwait(false);

    private Outcome? FindFailure(FetchedFile?[] files)
    {
        var failures = files.Select(file => file?.Failure).OfType<Outcome>().ToArray();
        if (failures.Length > 0)
            return failures.FirstOrDefault(failure => failure.Kind == OutcomeKind.Rejected) ?? failures[0];
        return files.Sum(file => (long)(file?.Bytes.Length ?? 0)) > _options.MaxTotalBytes
            ? Outcome.Rejected($"the attachments by URL exceed {_options.MaxTotalBytes:N0} bytes in total")
            : null;
    }

    private static Attachment Complete(Attachment attachment, FetchedFile? file) =>
        file is null
            ? attachment
            : new Attachment
            {
                FileName = attachment.FileName ?? FindFileName(attachment.Url!),
                MediaType = attachment.MediaType ?? file.MediaType ?? "application/octet-stream",
                Bytes = file.Bytes,
            };

    // The name in the path may be escaped, and may contain anything after that.
    private static string FindFileName(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            return DefaultName;

        var name = Uri.UnescapeDataString(uri.AbsolutePath[(uri.AbsolutePath.LastIndexOf('/') + 1)..]);
        var isUsable =
            name.Length <= MaxNameLength
            && !string.IsNullOrWhiteSpace(name)
            && !name.Any(character => character is '/' or '\\' || char.IsControl(character));
        return isUsable ? name : DefaultName;
    }
}

/// <summary>A delivery whose attachments were fetched.</summary>
public sealed record FetchedDelivery
{
    /// <summary>Gets the delivery, with the bytes of its attachments unless there is a <see cref="Failure"/>.</summary>
    public required Delivery Delivery { get; init; }

    /// <summary>Gets the outcome of the attempt if a file could not be fetched; otherwise null.</summary>
    public Outcome? Failure { get; init; }
}

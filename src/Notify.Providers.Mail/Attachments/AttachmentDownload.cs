using System.Net;
using System.Net.Http.Headers;
using Notify.Providers.Http;

namespace Notify.Providers.Mail.Attachments;

/// <summary>
/// Downloads a file from a server that a caller names, and trusts nothing that the server states: not its redirects, its length
/// or its speed.
/// </summary>
internal sealed class AttachmentDownload(
    HttpClient client,
    AttachmentUrlOptions options,
    EndpointFailures failures,
    TimeProvider time
)
{
    private const int MaxRedirects = 3;

    private const int MaxMediaTypeLength = 100;

    private const int BufferSize = 64 * 1024;

    /// <summary>Limits the memory that files take while they are downloaded.</summary>
    private readonly SemaphoreSlim _slots = new(16);

    /// <summary>Downloads a file. Never throws for anything that the server does.</summary>
    /// <param name="url">The URL, as the caller wrote it.</param>
    /// <param name="deliveryId">The delivery for which the file is downloaded, for the log.</param>
    public async Task<FetchedFile> DownloadAsync(string url, Guid deliveryId)
    {
        await _slots.WaitAsync().ConfigureAwait(false);
        using var ending = new CancellationTokenSource(options.Timeout, time);
        try
        {
            return await FollowAsync(url, deliveryId, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Retry($"the file did not arrive within {options.Timeout.TotalSeconds:0.#} s");
        }
        catch (IOException)
        {
            return Retry("the connection ended before the end of the file");
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<FetchedFile> FollowAsync(string url, Guid deliveryId, CancellationToken cancellationToken)
    {
        if (!RequestUri.TryParse(url, out var uri))
            return Reject("the URL is not valid");

        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            if (!IsAllowed(uri))
                return Reject(
                    redirects == 0
                        ? "the URL does not use https"
                        : "the server redirects to a URL that does not use https or has user information"
                );

            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            try
            {
                using var response = await client
                    .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                    .ConfigureAwait(false);
                if (FindRedirect(response) is not { } location)
                    return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
                if (!Uri.TryCreate(uri, location, out uri))
                    return Reject("the server redirects to a URL that is not valid");
            }
            catch (HttpRequestException exception)
            {
                return FetchedFile.FromFailure(DescribeFailure(request, deliveryId, exception));
            }
            catch (UriFormatException)
            {
                // Only name resolution finds out that a host has no form as an international domain name.
                return Reject("the URL is not valid");
            }
        }

        return Reject($"the server redirects more than {MaxRedirects} times");
    }

    private bool IsAllowed(Uri uri) =>
        (uri.Scheme == Uri.UriSchemeHttps || (options.AllowHttp && uri.Scheme == Uri.UriSchemeHttp)) && uri.UserInfo.Length == 0;

    private static Uri? FindRedirect(HttpResponseMessage response) =>
        response.StatusCode
            is HttpStatusCode.MovedPermanently
                or HttpStatusCode.Found
                or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect
                or HttpStatusCode.PermanentRedirect
            ? response.Headers.Location
            : null;

    private async Task<FetchedFile> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (FindRefusal(response) is { } refusal)
            return FetchedFile.FromFailure(refusal);
        if (response.Content.Headers.ContentLength > options.MaxBytes)
            return TooLarge();
        if (response.Content.Headers.ContentEncoding.Count > 0)
            return Reject("the server encoded the file, which was not asked for");

        using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var file = new MemoryStream();
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            // Counted while reading: a length may be missing, and a body may never end.
            if (file.Length + read > options.MaxBytes)
                return TooLarge();
            file.Write(buffer, 0, read);
        }

        return new FetchedFile(file.ToArray(), FindMediaType(response.Content.Headers), null);
    }

    private Outcome? FindRefusal(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK)
            return null;

        var reason = $"{Prefix}the server answered {(int)response.StatusCode}";
        return
            response.StatusCode
                is >= HttpStatusCode.InternalServerError
                    or HttpStatusCode.RequestTimeout
                    or HttpStatusCode.TooManyRequests
            ? Outcome.Retry(reason, HttpFailures.RetryAfter(response, time))
            : Outcome.Rejected(reason);
    }

    private Outcome DescribeFailure(HttpRequestMessage request, Guid deliveryId, HttpRequestException exception)
    {
        var outcome = failures.CreateOutcome(request, deliveryId, exception);
        // The request was lost, but not the message, which is not sent yet.
        return outcome.Kind == OutcomeKind.Rejected
            ? outcome
            : Outcome.Retry($"{Prefix}{(outcome.Kind == OutcomeKind.Retry ? outcome.Reason : HttpFailures.Describe(exception))}");
    }

    private static string? FindMediaType(HttpContentHeaders headers) =>
        headers.ContentType is { } type
        && type.ToString() is { Length: <= MaxMediaTypeLength } text
        && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && !IsComposite(text)
            ? text
            : null;

    // A part of such a type could not be encoded as base64 (RFC 2045 section 6.4).
    private static bool IsComposite(string mediaType) =>
        mediaType.StartsWith("message/", StringComparison.OrdinalIgnoreCase)
        || mediaType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase);

    private FetchedFile TooLarge() => Reject($"the file exceeds {options.MaxBytes:N0} bytes");

    /// <summary>The beginning of every reason.</summary>
    internal const string Prefix = "an attachment could not be fetched: ";

    private static FetchedFile Reject(string reason) => FetchedFile.FromFailure(Outcome.Rejected(Prefix + reason));

    private static FetchedFile Retry(string reason) => FetchedFile.FromFailure(Outcome.Retry(Prefix + reason));
}

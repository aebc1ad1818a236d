using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Core.Validation;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Tracking;

/// <summary>Keeps what tenants track in the store, and records the links that were followed.</summary>
internal sealed partial class TrackingCatalog(
    IDocumentStore documents,
    IReceipts receipts,
    TrackingTokens tokens,
    IOptions<TrackingOptions> options,
    TimeProvider time,
    ILogger<TrackingCatalog> logger
) : ITracking
{
    private const int MaxCached = 10_000;

    /// <summary>How long a request waits until its event is recorded. A reader must not wait for a slow store.</summary>
    private static readonly TimeSpan RecordTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TrackingSettings Off = new();

    private readonly ConcurrentDictionary<string, (TrackingSettings Settings, DateTimeOffset ReadAt)> _known = new(
        StringComparer.Ordinal
    );

    public async ValueTask<TrackingSettings> FindAsync(string tenant, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var found = await documents.FindAsync(GetKey(tenant), cancellationToken).ConfigureAwait(false);
        return found is null ? Off : JsonSerializer.Deserialize(found.Content.Span, TrackingJson.Default.TrackingSettings)!;
    }

    public async ValueTask SaveAsync(string tenant, TrackingSettings settings, CancellationToken cancellationToken = default)
    {
        var errors = new List<FieldError>(Validate(settings));
        Names.Check(errors, "tenant", tenant);
        InvalidRequestException.ThrowIfAny(errors);
        ReadOnlyMemory<byte> content = JsonSerializer.SerializeToUtf8Bytes(settings, TrackingJson.Default.TrackingSettings);
        await documents.UpdateAsync(GetKey(tenant), _ => content, cancellationToken).ConfigureAwait(false);
        Cache(tenant, settings);
    }

    public IReadOnlyList<FieldError> Validate(TrackingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (tokens.IsAdded)
            return [];

        const string message = "The application does not offer tracking. Its operator adds it with AddTracking().";
        return
        [
            .. new[] { ("opens", settings.Opens), ("clicks", settings.Clicks) }
                .Where(setting => setting.Item2)
                .Select(setting => new FieldError(setting.Item1, FieldErrorCodes.Unsupported, message)),
        ];
    }

    /// <summary>
    /// Gets what a tenant tracks, for an email that is about to be sent. If the store does not answer, what was read before
    /// applies: a message is never delayed for tracking.
    /// </summary>
    public ValueTask<TrackingSettings> GetCachedAsync(string tenant, CancellationToken cancellationToken) =>
        _known.TryGetValue(tenant, out var known) && (time.GetUtcNow() - known.ReadAt).Duration() < Fresh
            ? new(known.Settings)
            : ReadAsync(tenant, known.Settings ?? Off, cancellationToken);

    public async ValueTask<FollowedLink?> FollowAsync(string token, bool isCounted, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (tokens.Read(token) is not { } followed)
            return null;

        if (isCounted && IsRecorded(followed.Delivery))
            await RecordAsync(followed, cancellationToken).ConfigureAwait(false);
        return new FollowedLink { Target = followed.Target };
    }

    // The id of a delivery contains its time (UUIDv7).
    private bool IsRecorded(Guid delivery)
    {
        Span<byte> bytes = stackalloc byte[16];
        delivery.TryWriteBytes(bytes, bigEndian: true, out _);
        var created = 0L;
        foreach (var part in bytes[..6])
            created = (created << 8) | part;
        return time.GetUtcNow().ToUnixTimeMilliseconds() - created <= options.Value.RecordFor.TotalMilliseconds;
    }

    private async Task RecordAsync(TrackedEvent followed, CancellationToken cancellationToken)
    {
        var isOpen = followed.Target is null;
        var receipt = new Receipt(followed.Delivery, isOpen ? ReceiptKind.Opened : ReceiptKind.Clicked, time.GetUtcNow())
        {
            // Several processes may answer the same link at the same time. The store adds the event once.
            EventId = isOpen ? "track:open" : $"track:link-{followed.Place}",
            Detail = isOpen ? null : $"link {followed.Place}",
        };
        try
        {
            await receipts
                .RecordAsync(new CallbackReceipts(followed.Tenant, [receipt]), cancellationToken)
                .WaitAsync(RecordTimeout, time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotRecorded(logger, followed.Delivery, exception.GetType().Name);
        }
    }

    private async ValueTask<TrackingSettings> ReadAsync(
        string tenant,
        TrackingSettings before,
        CancellationToken cancellationToken
    )
    {
        var settings = before;
        try
        {
            settings = await FindAsync(tenant, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.SettingsNotRead(logger, exception.GetType().Name);
        }

        Cache(tenant, settings);
        return settings;
    }

    private void Cache(string tenant, TrackingSettings settings)
    {
        if (_known.Count >= MaxCached && !_known.ContainsKey(tenant))
            _known.Clear();
        _known[tenant] = (settings, time.GetUtcNow());
    }

    private static DocumentKey GetKey(string tenant) => new("tracking", tenant, "settings");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(TrackingSettings))]
    private sealed partial class TrackingJson : JsonSerializerContext;
}

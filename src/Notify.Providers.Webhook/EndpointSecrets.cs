using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Webhook;

/// <summary>
/// The secrets of a provider's endpoints. Sending reads the store once per <see cref="CheckInterval"/> and not for each message:
/// the time of the provider's last rotation shows whether the keys that this process knows are still current.
/// </summary>
internal sealed class EndpointSecrets(
    string provider,
    WebhookOptions options,
    EndpointRotations rotations,
    TimeProvider time,
    ILogger<WebhookProvider> logger
) : IEndpointSecrets, IDisposable
{
    /// <summary>How long a rotation takes to reach every process.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest time for which the keys of an endpoint are kept once there was a rotation. It bounds what a process that died
    /// between the two writes of a rotation leaves behind.
    /// </summary>
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromMinutes(1);

    private readonly byte[] _masterKey = WebhookSecret.Parse(options.Secret!)!;
    private readonly byte[]? _previousMasterKey = WebhookSecret.Parse(options.PreviousSecret ?? "");
    private readonly SemaphoreSlim _checking = new(1);
    private KnownEndpoints? _known;

    public string Provider => provider;

    public async ValueTask<EndpointSecret> GetAsync(string tenant, string url, CancellationToken cancellationToken)
    {
        var endpoint = Parse(tenant, url);
        return Show(endpoint, await rotations.FindAsync(endpoint, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<EndpointSecret> RotateAsync(string tenant, string url, CancellationToken cancellationToken)
    {
        var endpoint = Parse(tenant, url);
        var versions = await rotations.RotateAsync(endpoint, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _known, null);
        Log.SecretRotated(logger, provider, tenant, versions.Current);
        return Show(endpoint, versions);
    }

    /// <summary>
    /// Finds the endpoint that a message is sent to; null if <paramref name="url"/> is not an http or https URL.
    /// </summary>
    public async ValueTask<KnownEndpoint?> FindAsync(string tenant, string url, CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref _known);
        if (known?.IsOutdated == false && known.Find(tenant, url, time.GetUtcNow()) is { } current)
            return current;
        if (!WebhookEndpoint.TryParse(tenant, url, out var endpoint, out var uri))
            return null;

        known = await CheckAsync(cancellationToken).ConfigureAwait(false);
        if (known.Find(tenant, url, time.GetUtcNow()) is { } unchanged)
            return unchanged;

        var versions = known.LastRotation is null
            ? EndpointVersions.First
            : await rotations.FindAsync(endpoint, cancellationToken).ConfigureAwait(false);
        var keys = versions.ListValid(time.GetUtcNow(), options.RotationOverlap).SelectMany(DeriveKeys(endpoint));
        var found = new KnownEndpoint(uri, [.. keys.Select(key => new SigningKey(key))]);
        known.Add(tenant, url, found, time.GetUtcNow() + KeyLifetime);
        return found;
    }

    public void Dispose() => _checking.Dispose();

    // An endpoint that was found before a rotation and is added after it goes into the collection that the rotation replaced.
    private async ValueTask<KnownEndpoints> CheckAsync(CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref _known);
        if (known?.IsOutdated == false)
            return known;

        // While one message checks, the others continue with the known keys. The first messages have to wait.
        if (!await _checking.WaitAsync(known is null ? Timeout.Infinite : 0, cancellationToken).ConfigureAwait(false))
            return known!;

        try
        {
            known = Volatile.Read(ref _known);
            if (known?.IsOutdated == false)
                return known;

            var last = await rotations.FindLastAsync(cancellationToken).ConfigureAwait(false);
            known = known is not null && known.LastRotation == last ? known.Renew() : new KnownEndpoints(last, time);
            Volatile.Write(ref _known, known);
            return known;
        }
        catch (Exception exception) when (known is not null && exception is not OperationCanceledException)
        {
            Log.RotationsUnknown(logger, provider, exception);
            return known.Renew();
        }
        finally
        {
            _checking.Release();
        }
    }

    private EndpointSecret Show(WebhookEndpoint endpoint, EndpointVersions versions)
    {
        var until = versions.RotatedAt + options.RotationOverlap;
        return new EndpointSecret
        {
            Value = WebhookSecret.Format(endpoint.DeriveKey(_masterKey, versions.Current)),
            Version = versions.Current,
            RotatedAt = versions.RotatedAt,
            PreviousUntil = until > time.GetUtcNow() ? until : null,
        };
    }

    private Func<int, IEnumerable<byte[]>> DeriveKeys(WebhookEndpoint endpoint) =>
        version =>
            _previousMasterKey is null
                ? [endpoint.DeriveKey(_masterKey, version)]
                : [endpoint.DeriveKey(_masterKey, version), endpoint.DeriveKey(_previousMasterKey, version)];

    private static WebhookEndpoint Parse(string tenant, string url)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        ArgumentNullException.ThrowIfNull(url);
        return WebhookEndpoint.TryParse(tenant, url, out var endpoint, out _)
            ? endpoint
            : throw new InvalidRequestException([
                new FieldError("url", FieldErrorCodes.Invalid, "Use an absolute http or https URL."),
            ]);
    }

    /// <summary>The endpoints that were called since a rotation.</summary>
    private sealed class KnownEndpoints(DateTimeOffset? lastRotation, TimeProvider time)
    {
        /// <summary>
        /// The maximum number of endpoints; beyond it, all are found again. Each takes about 1 KB, and another for each key that
        /// signed more than one message: one key, or up to eight while old secrets are still valid.
        /// </summary>
        private const int MaxEndpoints = 20_000;

        private readonly ConcurrentDictionary<
            (string Tenant, string Url),
            (KnownEndpoint Endpoint, DateTimeOffset Until)
        > _endpoints = new();
        private long _checkedAt = time.GetTimestamp();
        private int _count;

        public DateTimeOffset? LastRotation => lastRotation;

        public bool IsOutdated => time.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval;

        public KnownEndpoints Renew()
        {
            Volatile.Write(ref _checkedAt, time.GetTimestamp());
            return this;
        }

        public KnownEndpoint? Find(string tenant, string url, DateTimeOffset now) =>
            _endpoints.TryGetValue((tenant, url), out var known) && (lastRotation is null || now < known.Until)
                ? known.Endpoint
                : null;

        public void Add(string tenant, string url, KnownEndpoint endpoint, DateTimeOffset until)
        {
            if (Interlocked.Increment(ref _count) > MaxEndpoints)
            {
                _endpoints.Clear();
                Volatile.Write(ref _count, 1);
            }

            _endpoints[(tenant, url)] = (endpoint, until);
        }
    }
}

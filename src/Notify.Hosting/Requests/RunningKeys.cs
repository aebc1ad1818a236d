using System.Collections.Concurrent;

namespace Notify.Hosting.Requests;

/// <summary>
/// Endpoint metadata with the idempotency keys of the triggers that this process is handling, so that a second call with the same
/// key is answered at once and does not wait for the first. A call to another process waits in the store, whose unique key
/// decides, and is answered like a repetition.
/// </summary>
internal sealed class RunningKeys
{
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<(string Tenant, string Key), byte> _running = new();
    private long _purgedAt;

    /// <summary>
    /// Begins a call. Returns false if a call with the key is running; otherwise call <see cref="Exit"/> afterwards.
    /// </summary>
    public bool TryEnter(string tenant, string key) => _running.TryAdd((tenant, key), 0);

    /// <summary>Returns whether it is time to delete old answers, to one caller per interval.</summary>
    public bool ShouldPurge(DateTimeOffset now)
    {
        var before = Volatile.Read(ref _purgedAt);
        return now.UtcTicks - before >= PurgeInterval.Ticks
            && Interlocked.CompareExchange(ref _purgedAt, now.UtcTicks, before) == before;
    }

    /// <summary>Ends a call.</summary>
    public void Exit(string tenant, string key) => _running.TryRemove((tenant, key), out _);
}

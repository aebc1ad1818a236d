using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Notify.Core.Events;

/// <summary>
/// The feed of events for watchers in this process. A package that receives the events of other processes publishes them here
/// too.
/// </summary>
/// <remarks>
/// The recent events of a tenant are kept while it is watched, and for <see cref="NotificationsOptions.EventHistory"/> after
/// that. They are the only buffer: a watcher is a number in it, so memory does not grow with the number of watchers, and a
/// watcher that comes back goes on where it left.
/// </remarks>
internal sealed class EventFeed : IEventFeed, IDisposable
{
    private const int MaxRead = 256;

    // What an event takes besides its text: the objects, the headers of the strings, and its place in the ring.
    private const int BytesPerEvent = 512;

    // The text is kept once as UTF-8, and at most once more as UTF-16 in the properties of the event.
    private const int BytesPerCharacter = 3;

    // A live watcher may be behind for this long even if nothing is kept for those who come back.
    private static readonly TimeSpan MinAge = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenTrims = TimeSpan.FromSeconds(1);

    private readonly IdGenerator _ids;
    private readonly EventFeedLimits _limits;
    private readonly IOptions<NotificationsOptions> _options;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RecentEvents> _tenants = new(StringComparer.Ordinal);
    private long _bytes;
    private volatile bool _isWatched;

    public EventFeed(IdGenerator ids, EventFeedLimits limits, IOptions<NotificationsOptions> options, TimeProvider time)
    {
        (_ids, _limits, _options, _time) = (ids, limits, options, time);
        _timer = time.CreateTimer(_ => Trim(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public bool IsWatched => _isWatched;

    // Read when there is a watcher, which is after the options were validated.
    private TimeSpan History => _options.Value.EventHistory;

    /// <inheritdoc/>
    public bool Wants(string type) => _isWatched;

    /// <inheritdoc/>
    public void Publish(NotifyEvent happened)
    {
        lock (_lock)
        {
            if (!_tenants.ContainsKey(happened.Tenant))
                return;
        }

        // Serializing takes the longest, so it is done outside the lock. Every stream uses the same bytes.
        var bytes = BytesPerEvent + (BytesPerCharacter * happened.ToUtf8Json().Length);
        lock (_lock)
        {
            if (!_tenants.TryGetValue(happened.Tenant, out var recent))
                return;
            recent.Add(happened, bytes, _time.GetUtcNow());
            _bytes += bytes;
            while (recent.Count > _limits.MaxEventsPerTenant || recent.Bytes > _limits.MaxBytesPerTenant)
                RemoveFirst(recent);
            while (_bytes > _limits.MaxBytes)
                RemoveFirst(_tenants.Values.MaxBy(other => other.Bytes)!);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<WatchedEvent> WatchAsync(EventWatch watch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(watch);
        if (watch.Types.FirstOrDefault(pattern => !NotifyEventTypes.IsPattern(pattern)) is { } invalid)
            throw new ArgumentException(
                $"'{invalid}' is not a pattern of types. Write delivery.* or delivery.sent.",
                nameof(watch)
            );

        lock (_lock)
        {
            var recent = Join(watch.Tenant);
            var start = recent.Find(watch.After);
            var (next, position) = start ?? recent.FindFirst();
            var first = new WatchedEvent { Position = position, HasMissed = start is null };
            return ReadAsync(watch, recent, first, next, cancellationToken);
        }
    }

    public void Dispose() => _timer.Dispose();

    private async IAsyncEnumerable<WatchedEvent> ReadAsync(
        EventWatch watch,
        RecentEvents recent,
        WatchedEvent first,
        long next,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        try
        {
            yield return first;
            var events = new List<NotifyEvent>();
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                events.Clear();
                long missed;
                Guid position;
                Task? more;
                lock (_lock)
                    (missed, position, more) = recent.Read(ref next, events, MaxRead);
                if (more is not null)
                    await more.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (missed > 0)
                    yield return new WatchedEvent
                    {
                        Position = position,
                        HasMissed = true,
                        Missed = missed,
                    };

                foreach (var happened in events)
                {
                    if (IsWatching(watch, happened))
                        yield return new WatchedEvent { Event = happened, Position = happened.Id };
                }

                // Moves the position of a watcher behind the events that do not concern it. Otherwise its position would become
                // too old while nothing happens that does.
                if (events.Count > 0 && !IsWatching(watch, events[^1]))
                    yield return new WatchedEvent { Position = events[^1].Id };
            }
        }
        finally
        {
            Leave(watch.Tenant, recent);
        }
    }

    private static bool IsWatching(EventWatch watch, NotifyEvent happened) =>
        watch.Types.Count == 0 || watch.Types.Any(pattern => NotifyEventTypes.Matches(pattern, happened.Type));

    private RecentEvents Join(string tenant)
    {
        if (!_tenants.TryGetValue(tenant, out var recent))
        {
            if (_tenants.Count >= _limits.MaxTenants)
                RemoveLongestUnwatched();
            recent = new RecentEvents(_ids.Create(_time.GetUtcNow()));
            _tenants.Add(tenant, recent);
            if (!_isWatched)
                _timer.Change(BetweenTrims, BetweenTrims);
            _isWatched = true;
        }

        recent.Watchers++;
        return recent;
    }

    private void Leave(string tenant, RecentEvents recent)
    {
        lock (_lock)
        {
            recent.LeftAt = _time.GetUtcNow();
            if (--recent.Watchers == 0 && History == TimeSpan.Zero)
                Remove(tenant, recent);
        }
    }

    private void Trim()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var oldest = now - (History > MinAge ? History : MinAge);
            foreach (var (tenant, recent) in _tenants.ToArray())
            {
                while (recent.Count > 0 && recent.FirstAt < oldest)
                    RemoveFirst(recent);
                if (recent.Watchers == 0 && now - recent.LeftAt >= History)
                    Remove(tenant, recent);
            }
        }
    }

    // A caller can watch any number of tenants one after the other. Those that are watched now are limited by other means.
    private void RemoveLongestUnwatched()
    {
        var unwatched = _tenants.Where(pair => pair.Value.Watchers == 0).ToArray();
        if (unwatched.Length > 0)
        {
            var (tenant, recent) = unwatched.MinBy(pair => pair.Value.LeftAt);
            Remove(tenant, recent);
        }
    }

    private void Remove(string tenant, RecentEvents recent)
    {
        _tenants.Remove(tenant);
        _bytes -= recent.Bytes;
        if (_tenants.Count > 0)
            return;
        _isWatched = false;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void RemoveFirst(RecentEvents recent)
    {
        var before = recent.Bytes;
        recent.RemoveFirst();
        _bytes -= before - recent.Bytes;
    }
}

/// <summary>How much the feed keeps.</summary>
internal sealed record EventFeedLimits
{
    public int MaxTenants { get; init; } = 1_000;

    public int MaxEventsPerTenant { get; init; } = 10_000;

    public long MaxBytesPerTenant { get; init; } = 16 << 20;

    public long MaxBytes { get; init; } = 64 << 20;
}

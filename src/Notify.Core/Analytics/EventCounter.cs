using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Analytics;

/// <summary>Counts the events of sources.</summary>
/// <remarks>
/// The store adds the counts of a batch and moves the checkpoint of its source in one step, and only if the checkpoint has the
/// position at which this worker began. A worker that was killed before the step has counted nothing, and one that was killed
/// after it has counted all. Of two workers that both believe a source to be theirs, one is refused. The checkpoint also contains
/// the ids of the last events, so an event that its process published twice is counted once.
/// </remarks>
internal sealed class EventCounter(IAnalyticsStore store, CountRecorder recorder, IOptions<NotificationsOptions> options)
    : IEventCounter
{
    private readonly ConcurrentDictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private readonly NameLimit _names = new(options);

    public async ValueTask<long?> StartAsync(string source, CancellationToken cancellationToken)
    {
        var known = await store.FindCheckpointAsync(source, cancellationToken).ConfigureAwait(false);
        _sources[source] = new Source(known?.Position, RecentIds.Read(known is null ? default : known.State.Span));
        return known?.Position;
    }

    public async ValueTask<bool> CountAsync(
        string source,
        IReadOnlyList<SourceEvent> events,
        long next,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(events);
        // Removed until the store has answered: whether a batch whose answer was lost was counted is read from the store.
        if (!_sources.TryRemove(source, out var start))
            throw new InvalidOperationException($"Call {nameof(StartAsync)} first.");
        if (next <= start.Position)
        {
            _sources[source] = start;
            return true;
        }

        var ids = start.Ids.Clone();
        var counts = Count(events.Where(one => start.Position is null || one.Position >= start.Position), ids);
        var checkpoint = new AnalyticsCheckpoint
        {
            Source = source,
            Position = next,
            State = ids.Write(),
        };
        if (!await store.AddAsync(counts, checkpoint, start.Position, cancellationToken).ConfigureAwait(false))
            return false;

        _sources[source] = new Source(next, ids);
        return true;
    }

    public void CountUntaken(NotifyEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        foreach (var count in EventCounts.Create(happened))
            recorder.AddAlways(count);
    }

    private List<AnalyticsCount> Count(IEnumerable<SourceEvent> events, RecentIds ids)
    {
        var sums = new Dictionary<AnalyticsCount, long>();
        lock (_names)
        {
            foreach (var count in events.Where(one => ids.Add(one.Event.Id)).SelectMany(one => EventCounts.Create(one.Event)))
            {
                var key = count with { Time = AnalyticsResolution.Minute.GetStart(count.Time), Value = 0 };
                sums.AddTo(_names.Limit(key), count.Value);
            }
        }

        return [.. sums.Select(sum => sum.Key with { Value = sum.Value })];
    }

    private sealed record Source(long? Position, RecentIds Ids);
}

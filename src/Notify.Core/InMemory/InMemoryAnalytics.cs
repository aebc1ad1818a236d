using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Keeps counts in memory, for tests.</summary>
internal sealed class InMemoryAnalytics : IAnalyticsStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<AnalyticsCount, long> _counts = [];
    private readonly Dictionary<string, AnalyticsCheckpoint> _checkpoints = new(StringComparer.Ordinal);

    public ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken)
    {
        lock (_lock)
            Add(counts);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            if (_checkpoints.GetValueOrDefault(checkpoint.Source)?.Position != expected)
                return new(false);

            Add(counts);
            _checkpoints[checkpoint.Source] = checkpoint;
            return new(true);
        }
    }

    public ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_checkpoints.GetValueOrDefault(source));
    }

    public ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(filter.Sum(_counts.Select(count => count.Key with { Value = count.Value })));
    }

    public ValueTask<bool> RollUpAsync(
        AnalyticsResolution resolution,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            var old = _counts.Where(count => count.Key.Resolution == resolution && count.Key.Time < before).ToArray();
            foreach (var (key, value) in old)
            {
                _counts.Remove(key);
                Add([AnalyticsPeriods.RollUp(key with { Value = value })]);
            }

            return new(old.Length > 0);
        }
    }

    public long Purge(DateTimeOffset before)
    {
        lock (_lock)
            return _counts.Keys.Where(count => count.Time < before).ToArray().Count(_counts.Remove);
    }

    private void Add(IReadOnlyList<AnalyticsCount> counts)
    {
        foreach (var count in counts)
        {
            var key = count with { Value = 0 };
            _counts[key] = _counts.GetValueOrDefault(key) + count.Value;
        }
    }
}

using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Keeps delivery counts in memory, for tests.</summary>
internal sealed class InMemoryAnalytics : IAnalyticsStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DeliveryCount, long> _counts = [];

    public ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var count in counts)
                _counts[count with { Count = 0 }] = _counts.GetValueOrDefault(count with { Count = 0 }) + count.Count;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<DeliveryCount>> ListAsync(
        string tenant,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. _counts
                    .Where(count => count.Key.Tenant == tenant && count.Key.Minute >= from && count.Key.Minute < to)
                    .OrderBy(count => count.Key.Minute)
                    .Select(count => count.Key with { Count = count.Value }),
            ]);
        }
    }

    public long Purge(DateTimeOffset before)
    {
        lock (_lock)
            return _counts.Keys.Where(count => count.Minute < before).Count(count => _counts.Remove(count));
    }
}

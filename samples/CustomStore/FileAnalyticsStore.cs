namespace Notify.Storage.Files;

/// <summary>Keeps delivery counts.</summary>
internal sealed class FileAnalyticsStore(TenantFiles files) : IAnalyticsStore
{
    public ValueTask AddAsync(IReadOnlyList<DeliveryCount> counts, CancellationToken cancellationToken)
    {
        files.Change(counts.Select(count => count.Tenant), tenants =>
        {
            foreach (var count in counts)
                Add(tenants[count.Tenant].Counts, count);
            return counts.Count;
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<DeliveryCount>> ListAsync(
        string tenant,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<DeliveryCount>>(tenant, data =>
                [.. data.Counts.Where(count => count.Minute >= from && count.Minute < to).OrderBy(count => count.Minute)]
            )
        );

    private static void Add(List<DeliveryCount> counts, DeliveryCount added)
    {
        var index = counts.FindIndex(count => count with { Count = 0 } == added with { Count = 0 });
        if (index < 0)
            counts.Add(added);
        else
            counts[index] = added with { Count = counts[index].Count + added.Count };
    }
}

using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>
/// Keeps counts. Those of all tenants are in one file, because one batch of a source counts events of many tenants.
/// </summary>
internal sealed class FileAnalyticsStore(TenantFiles files) : IAnalyticsStore
{
    public ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken)
    {
        files.ChangeAnalytics(data => data.Add(counts));
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> AddAsync(
        IReadOnlyList<AnalyticsCount> counts,
        AnalyticsCheckpoint checkpoint,
        long? expected,
        CancellationToken cancellationToken
    ) =>
        new(
            files.ChangeAnalytics(data =>
            {
                if (data.Checkpoints.GetValueOrDefault(checkpoint.Source)?.Position != expected)
                    return false;

                data.Checkpoints[checkpoint.Source] = checkpoint;
                return data.Add(counts);
            })
        );

    public ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken) =>
        new(files.ReadAnalytics(data => data.Checkpoints.GetValueOrDefault(source)));

    public ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken) =>
        new(files.ReadAnalytics(data => filter.Sum(data.Counts)));

    public ValueTask<bool> RollUpAsync(
        AnalyticsResolution resolution,
        DateTimeOffset before,
        int most,
        CancellationToken cancellationToken
    ) => new(files.ChangeAnalytics(data => data.RollUp(resolution, before)));
}

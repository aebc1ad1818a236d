namespace Notify.Core;

/// <summary>
/// Settings that applications do not need. A simulation changes them to run on one thread and in small steps.
/// </summary>
internal sealed record EngineSettings
{
    /// <summary>
    /// Gets how many loops start deliveries. The default is one per core, because a provider may compute for a while before it
    /// first awaits.
    /// </summary>
    public int Runners { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Gets how many subscribers a batch of an expansion has: enough to amortize a commit, and few enough to let other writes
    /// proceed in between.
    /// </summary>
    public int ExpansionBatchSize { get; init; } = 500;

    /// <summary>
    /// Gets how often in a row an expansion or a digest may fail before it becomes a dead letter. Ten failures take about 8
    /// minutes, including the delays between them.
    /// </summary>
    public int MaxFailures { get; init; } = 10;

    /// <summary>
    /// Gets how long after the removal of a user the second pass of its erasure begins. By then, all deliveries that were being
    /// planned for the user must be stored.
    /// </summary>
    public TimeSpan ErasureSettleTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets whether the receiver of a signal or a lease continues on the thread that passes it on, instead of on the thread pool.
    /// </summary>
    public bool ContinueInline { get; init; }
}

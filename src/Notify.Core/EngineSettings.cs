namespace Notify.Core;

/// <summary>
/// What the engine decides for itself. A simulation decides otherwise, so that all of a run happens on one thread and in small
/// steps.
/// </summary>
internal sealed record EngineSettings
{
    /// <summary>How many loops begin deliveries. One per core, for what a provider does before it first awaits.</summary>
    public int Runners { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Subscribers per batch of an expansion: enough to amortise a commit, few enough to let other writes in between.
    /// </summary>
    public int ExpansionBatchSize { get; init; } = 500;

    /// <summary>
    /// How often in a row an expansion or a digest may fail before it becomes a dead letter. With the delays between them, 10
    /// take about 8 minutes.
    /// </summary>
    public int MaxFailures { get; init; } = 10;

    /// <summary>
    /// Whether whoever signals or hands over work goes on as its receiver, instead of waking one on the thread pool.
    /// </summary>
    public bool ContinueInline { get; init; }
}

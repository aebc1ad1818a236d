using System.Diagnostics.Metrics;

namespace Notify.Storage.Toolkit;

/// <summary>Measures how many writes share one commit of a store.</summary>
public static class CommitTelemetry
{
    private static readonly InstrumentAdvice<int> Sizes = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048],
    };

    private static readonly Meter Meter = new(NotifyTelemetry.Name);

    private static readonly Histogram<int> CommitSize = Meter.CreateHistogram<int>(
        "notify.store.commit.size",
        "{write}",
        "Writes that shared one commit of the store.",
        advice: Sizes
    );

    /// <summary>Records one commit.</summary>
    /// <param name="store">The store's name, such as <c>sqlite</c>.</param>
    /// <param name="writes">The number of callers' writes in the commit.</param>
    public static void RecordCommit(string store, int writes) =>
        CommitSize.Record(writes, new KeyValuePair<string, object?>("store", store));
}

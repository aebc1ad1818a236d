using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Notify.Client.Outbox;

/// <summary>The metrics and activities of the outbox.</summary>
internal static class OutboxTelemetry
{
    /// <summary>Buckets for anything from a commit that is forwarded at once to a service that was away for a day.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400],
    };

    private static readonly ActivitySource Source = new(NotifyTelemetry.Name);
    private static readonly Meter Meter = new(NotifyTelemetry.Name);

    private static readonly Counter<long> Forwarded = Meter.CreateCounter<long>(
        "notify.client.outbox.forwarded",
        "{trigger}",
        "Triggers that were sent from the outbox to the service, by outcome."
    );

    private static readonly Histogram<double> Delay = Meter.CreateHistogram<double>(
        "notify.client.outbox.delay",
        "s",
        "Time from the storing of a trigger in the outbox to its acceptance by the service.",
        advice: Seconds
    );

    public static Activity? StartTrigger() => Source.StartActivity("notify.trigger", ActivityKind.Producer);

    /// <summary>
    /// Starts the span of a request. It continues the trace in which its trigger was stored, and links to the traces of all if
    /// there are several.
    /// </summary>
    public static Activity? StartForward(IReadOnlyList<OutboxRow> rows)
    {
        if (!Source.HasListeners())
            return null;

        var contexts = new HashSet<ActivityContext>();
        foreach (var row in rows)
        {
            if (ActivityContext.TryParse(row.TraceParent, null, isRemote: true, out var context))
                contexts.Add(context);
        }

        var parent = contexts.Count == 1 ? contexts.Single() : default;
        var links = contexts.Count > 1 ? contexts.Select(context => new ActivityLink(context)) : null;
        return Source
            .StartActivity("notify.forward", ActivityKind.Producer, parent, tags: null, links)
            ?.SetTag("notify.client.outbox.triggers", rows.Count);
    }

    public static void Record(OutboxSettlement settlement, DateTimeOffset now)
    {
        Count(settlement.Accepted.Count, "accepted");
        Count(settlement.Refused.Count, "refused");
        Count(settlement.Released.Count, "retry");
        foreach (var row in settlement.Accepted)
            Delay.Record(Math.Max(0, (now - row.EnqueuedAt).TotalSeconds));
    }

    private static void Count(int count, string outcome)
    {
        if (count > 0)
            Forwarded.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
    }
}

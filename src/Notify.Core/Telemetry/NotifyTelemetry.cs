using System.Diagnostics;
using System.Diagnostics.Metrics;
using Notify.Delivering;
using Notify.Queueing;
using Notify.Settling;

namespace Notify.Telemetry;

/// <summary>
/// The Meter and the ActivitySource, both named <see cref="Name"/>, which an application adds to its OpenTelemetry with
/// <c>AddMeter(NotifyTelemetry.Name)</c> and <c>AddSource(NotifyTelemetry.Name)</c>. Tags name channels, providers, priorities
/// and outcomes, never an address, a token or content.
/// </summary>
public static class NotifyTelemetry
{
    /// <summary>The name to give to <c>AddMeter</c> and <c>AddSource</c>.</summary>
    public const string Name = "Notify";

    /// <summary>From a call within the process to a wait of an hour.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
    };

    private static readonly InstrumentAdvice<int> Sizes = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048],
    };

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Notifications = Meter.CreateCounter<long>(
        "notify.notifications",
        "{notification}",
        "Notifications made durable."
    );

    private static readonly Histogram<double> Attempts = Meter.CreateHistogram<double>(
        "notify.attempt.duration",
        "s",
        "How long calls to providers took, by outcome.",
        advice: Seconds
    );

    private static readonly Counter<long> Settled = Meter.CreateCounter<long>(
        "notify.deliveries.settled",
        "{delivery}",
        "Deliveries settled, by the state they are in since."
    );

    private static readonly Histogram<double> DeliveryDuration = Meter.CreateHistogram<double>(
        "notify.delivery.duration",
        "s",
        "Time from a notification's acceptance until a delivery of it ended.",
        advice: Seconds
    );

    private static readonly Histogram<int> CommitSize = Meter.CreateHistogram<int>(
        "notify.store.commit.size",
        "{write}",
        "Writes that shared one commit of the store.",
        advice: Sizes
    );

    /// <summary>For stores: says how many writes shared a commit.</summary>
    /// <param name="store">The store's name, such as <c>sqlite</c>.</param>
    /// <param name="writes">How many callers' writes were in it.</param>
    public static void RecordCommit(string store, int writes) =>
        CommitSize.Record(writes, new KeyValuePair<string, object?>("store", store));

    internal static Activity? StartTrigger() => Source.StartActivity("notify.trigger", ActivityKind.Producer);

    internal static Activity? StartAttempt(Delivery delivery, IDeliveryProvider provider)
    {
        var activity = Source.StartActivity("notify.attempt", ActivityKind.Client, delivery.TraceParent);
        activity
            ?.SetTag("notify.delivery.id", delivery.Id)
            .SetTag("notify.notification.id", delivery.NotificationId)
            .SetTag("notify.channel", delivery.Channel.Name)
            .SetTag("notify.provider", provider.Name);
        return activity;
    }

    internal static void CountAccepted(Notification notification) =>
        Notifications.Add(1, new KeyValuePair<string, object?>("priority", Lower(notification.Trigger.Priority)));

    internal static void RecordAttempt(Activity? activity, Delivery delivery, Execution execution)
    {
        var outcome = execution.Outcome!;
        if (outcome.Kind != OutcomeKind.Accepted)
            activity?.SetStatus(ActivityStatusCode.Error, outcome.Reason);
        activity?.SetTag("notify.outcome", Lower(outcome.Kind));
        Attempts.Record(
            execution.Duration.TotalSeconds,
            new("channel", delivery.Channel.Name),
            new("provider", execution.Provider),
            new("outcome", Lower(outcome.Kind))
        );
    }

    internal static void RecordSettled(Delivery delivery, Settlement settlement)
    {
        var tags = new TagList
        {
            { "channel", delivery.Channel.Name },
            { "provider", settlement.Provider },
            { "state", Lower(settlement.State) },
        };
        Settled.Add(1, tags);
        if (settlement.State != DeliveryState.Pending)
            DeliveryDuration.Record((settlement.SettledAt - delivery.AcceptedAt).TotalSeconds, tags);
    }

    internal static string Lower(Priority priority) =>
        priority switch
        {
            Priority.High => "high",
            Priority.Normal => "normal",
            _ => "bulk",
        };

    private static string Lower(OutcomeKind kind) =>
        kind switch
        {
            OutcomeKind.Accepted => "accepted",
            OutcomeKind.Retry => "retry",
            OutcomeKind.Rejected => "rejected",
            OutcomeKind.AnswerLost => "answer_lost",
            _ => "recipient_gone",
        };

    private static string Lower(DeliveryState state) =>
        state switch
        {
            DeliveryState.Pending => "pending",
            DeliveryState.Accepted => "accepted",
            DeliveryState.DeadLetter => "dead_letter",
            _ => "cancelled",
        };
}

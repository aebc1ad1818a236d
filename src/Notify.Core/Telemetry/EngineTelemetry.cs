using System.Diagnostics;
using System.Diagnostics.Metrics;
using Notify.Core.Providers;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Telemetry;

/// <summary>The metrics and activities of the engine.</summary>
internal static class EngineTelemetry
{
    /// <summary>Buckets for anything from a call within the process to a wait of an hour.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
    };

    private static readonly ActivitySource Source = new(NotifyTelemetry.Name);
    private static readonly Meter Meter = new(NotifyTelemetry.Name);

    private static readonly Counter<long> Notifications = Meter.CreateCounter<long>(
        "notify.notifications",
        "{notification}",
        "Notifications that were accepted and stored."
    );

    private static readonly Histogram<double> Attempts = Meter.CreateHistogram<double>(
        "notify.attempt.duration",
        "s",
        "Duration of calls to providers, by outcome.",
        advice: Seconds
    );

    private static readonly Counter<long> Settled = Meter.CreateCounter<long>(
        "notify.deliveries.settled",
        "{delivery}",
        "Deliveries settled, by their new state."
    );

    private static readonly Histogram<double> DeliveryDuration = Meter.CreateHistogram<double>(
        "notify.delivery.duration",
        "s",
        "Time from the acceptance of a notification to the end of a delivery.",
        advice: Seconds
    );

    private static readonly Counter<long> Pruned = Meter.CreateCounter<long>(
        "notify.devices.pruned",
        "{device}",
        "Devices that were removed from use because a provider reported their tokens as dead."
    );

    public static Activity? StartTrigger() => Source.StartActivity("notify.trigger", ActivityKind.Producer);

    /// <summary>Starts the span of one batch of a notification to topics, in the trace of the notification.</summary>
    public static Activity? StartExpansion(Notification notification) =>
        Source
            .StartActivity("notify.expand", ActivityKind.Consumer, notification.TraceParent)
            ?.SetTag("notify.notification.id", notification.Id);

    public static Activity? StartAttempt(Delivery delivery, IDeliveryProvider provider)
    {
        var activity = Source.StartActivity("notify.attempt", ActivityKind.Client, delivery.TraceParent);
        activity
            ?.SetTag("notify.delivery.id", delivery.Id)
            .SetTag("notify.notification.id", delivery.NotificationId)
            .SetTag("notify.channel", delivery.Channel.Name)
            .SetTag("notify.provider", provider.Name);
        return activity;
    }

    public static void CountAccepted(Notification notification) =>
        Notifications.Add(1, new KeyValuePair<string, object?>("priority", GetTag(notification.Trigger.Priority)));

    public static void RecordAttempt(Activity? activity, Delivery delivery, Execution execution)
    {
        var outcome = execution.Outcome!;
        if (outcome.Kind != OutcomeKind.Sent)
            activity?.SetStatus(ActivityStatusCode.Error, outcome.Reason);
        activity?.SetTag("notify.outcome", GetTag(outcome.Kind));
        Attempts.Record(
            execution.Duration.TotalSeconds,
            new("channel", delivery.Channel.Name),
            new("provider", execution.Provider),
            new("outcome", GetTag(outcome.Kind))
        );
    }

    public static void RecordSettled(Delivery delivery, Settlement settlement)
    {
        var tags = new TagList
        {
            { "channel", delivery.Channel.Name },
            { "provider", settlement.Provider },
            { "state", GetTag(settlement.State) },
        };
        Settled.Add(1, tags);
        if (settlement.State != DeliveryState.Pending)
            DeliveryDuration.Record((settlement.SettledAt - delivery.AcceptedAt).TotalSeconds, tags);
    }

    public static void CountPruned(string provider) => Pruned.Add(1, new KeyValuePair<string, object?>("provider", provider));

    public static string GetTag(Priority priority) =>
        priority switch
        {
            Priority.High => "high",
            Priority.Normal => "normal",
            _ => "bulk",
        };

    private static string GetTag(OutcomeKind kind) =>
        kind switch
        {
            OutcomeKind.Sent => "sent",
            OutcomeKind.Retry => "retry",
            OutcomeKind.Rejected => "rejected",
            OutcomeKind.AnswerLost => "answer_lost",
            OutcomeKind.RecipientGone => "recipient_gone",
            _ => "unknown",
        };

    private static string GetTag(DeliveryState state) =>
        state switch
        {
            DeliveryState.Pending => "pending",
            DeliveryState.Sent => "sent",
            DeliveryState.DeadLetter => "dead_letter",
            DeliveryState.Cancelled => "cancelled",
            _ => "unknown",
        };
}

using Notify.Storage;

namespace Notify.Core.Queries;

/// <summary>Computes the status of a notification from what became of it so far.</summary>
internal static class StatusRules
{
    // The local time in the zone that is furthest ahead of UTC is the earliest.
    private static readonly TimeSpan FarthestAhead = TimeSpan.FromHours(14);

    /// <summary>Computes the status.</summary>
    /// <returns>The status; null if it depends on deliveries that were not counted.</returns>
    public static NotificationStatus? Compute(Trigger trigger, NotificationProgress progress, DateTimeOffset now)
    {
        if (progress.Deliveries is not { } deliveries)
            return progress.IsExpanding ? NotificationStatus.InProgress : null;

        var sent = deliveries.ContainsKey(DeliveryState.Sent) || progress.Collected.ContainsKey(CollectedState.Summarized);
        var dead =
            deliveries.ContainsKey(DeliveryState.DeadLetter)
            || progress.Collected.ContainsKey(CollectedState.DeadLetter)
            || progress.HasDeadExpansion;

        // A delivery in a state that only a newer version knows may still be sent.
        var runs =
            progress.IsExpanding
            || deliveries.ContainsKey(DeliveryState.Pending)
            || deliveries.ContainsKey(DeliveryState.Unknown);
        var collects = progress.Collected.ContainsKey(CollectedState.Waiting);
        if (runs || collects)
            return !sent && !dead && (!runs || IsInFuture(trigger, now))
                ? NotificationStatus.Scheduled
                : NotificationStatus.InProgress;

        if (sent)
            return NotificationStatus.Completed;
        if (dead)
            return NotificationStatus.Failed;
        return progress.WasCancelled ? NotificationStatus.Cancelled : NotificationStatus.NothingToSend;
    }

    private static bool IsInFuture(Trigger trigger, DateTimeOffset now) =>
        trigger.SendAtLocal is { } local ? new DateTimeOffset(local, TimeSpan.Zero) - FarthestAhead > now : trigger.SendAt > now;
}

using Notify.Recipients;

namespace Notify.Planning;

/// <summary>
/// Says when each delivery falls due: at the trigger's time, on the recipient's clock, outside its quiet hours.
/// </summary>
internal sealed class Schedule : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        foreach (var draft in plan.Drafts)
        {
            var due = FirstDue(plan.Notification, draft) + draft.After;
            draft.DueAt =
                plan.Trigger.Priority == Priority.High || draft.Recipient.User?.QuietHours is not { } quiet
                    ? due
                    : AfterQuietHours(due, quiet, draft.TimeZone);
        }

        return ValueTask.CompletedTask;
    }

    private static DateTimeOffset FirstDue(Notification notification, DeliveryDraft draft)
    {
        var trigger = notification.Trigger;
        var wanted = trigger.SendAtLocal is { } local
            ? LocalTime.ToUtc(local, draft.TimeZone)
            : trigger.SendAt ?? notification.AcceptedAt;
        return wanted > notification.AcceptedAt ? wanted : notification.AcceptedAt;
    }

    private static DateTimeOffset AfterQuietHours(DateTimeOffset due, QuietHours quiet, string? timeZone)
    {
        var local = LocalTime.FromUtc(due, timeZone);
        if (!TimeOnly.FromDateTime(local).IsBetween(quiet.From, quiet.To))
            return due;

        var end = local.Date + quiet.To.ToTimeSpan();
        var after = LocalTime.ToUtc(end > local ? end : end.AddDays(1), timeZone);
        // In an hour that autumn repeats, the end may lie before the delivery's own time.
        return after > due ? after : due;
    }
}

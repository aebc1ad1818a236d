using Microsoft.Extensions.Options;
using static Notify.Core.Triggers.FieldErrorList;

namespace Notify.Core.Triggers;

/// <summary>The rules for when a trigger is sent and until when, and for its priority.</summary>
internal sealed class ScheduleRules(IOptions<NotificationsOptions> options, TimeProvider time)
{
    /// <summary>How far in the past a schedule may be. A schedule in the past means now.</summary>
    private static readonly TimeSpan LongestPast = TimeSpan.FromDays(3_650);

    /// <summary>How far the easternmost time zone is ahead of UTC.</summary>
    private static readonly TimeSpan FarthestAhead = TimeSpan.FromHours(14);

    public void Check(Trigger trigger, ref List<FieldError>? errors)
    {
        var now = time.GetUtcNow();
        if (trigger.SendAt is { } sendAt)
            CheckSchedule("sendAt", sendAt, now, ref errors);
        if (trigger.SendAtLocal is { } sendAtLocal)
            CheckSchedule("sendAtLocal", new DateTimeOffset(sendAtLocal, TimeSpan.Zero), now, ref errors);
        if (trigger is { SendAt: not null, SendAtLocal: not null })
            Add(ref errors, "sendAtLocal", FieldErrorCodes.Conflict, "Use either sendAt or sendAtLocal, not both.");
        if (trigger.ExpiresAt is { } expiresAt)
            CheckExpiry(trigger, expiresAt, now, ref errors);
        if (!Enum.IsDefined(trigger.Priority))
            Add(ref errors, "priority", FieldErrorCodes.Invalid, "Use high, normal or bulk.");
        if (!Enum.IsDefined(trigger.OnUnknownRecipient))
            Add(ref errors, "onUnknownRecipient", FieldErrorCodes.Invalid, "Use fail or skip.");
    }

    // A time in another century is a mistake, and date arithmetic overflows near the ends of the calendar.
    private void CheckSchedule(string field, DateTimeOffset at, DateTimeOffset now, ref List<FieldError>? errors)
    {
        if (at > now + options.Value.MaxScheduleAhead)
            Add(
                ref errors,
                field,
                FieldErrorCodes.OutOfRange,
                $"Schedule at most {options.Value.MaxScheduleAhead.TotalDays:0} days ahead."
            );
        else if (at < now - LongestPast)
            Add(
                ref errors,
                field,
                FieldErrorCodes.OutOfRange,
                $"The time must not be more than {LongestPast.TotalDays:0} days in the past."
            );
    }

    private void CheckExpiry(Trigger trigger, DateTimeOffset expiresAt, DateTimeOffset now, ref List<FieldError>? errors)
    {
        if (expiresAt <= now)
            Add(ref errors, "expiresAt", FieldErrorCodes.OutOfRange, "expiresAt must be in the future.");
        else if (expiresAt > now + options.Value.MaxExpiryAhead)
            Add(
                ref errors,
                "expiresAt",
                FieldErrorCodes.OutOfRange,
                $"Expire at most {options.Value.MaxExpiryAhead.TotalDays:0} days ahead."
            );
        else if (trigger.SendAt >= expiresAt)
            Add(ref errors, "expiresAt", FieldErrorCodes.Conflict, "expiresAt must be after sendAt.");
        else if (trigger.SendAtLocal >= (expiresAt + FarthestAhead).UtcDateTime)
            Add(ref errors, "expiresAt", FieldErrorCodes.Conflict, "expiresAt is before sendAtLocal in every time zone.");
    }
}

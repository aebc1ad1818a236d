using Notify.Core.Timing;
using Notify.Core.Validation;
using static Notify.Core.Triggers.FieldErrorList;

namespace Notify.Core.Triggers;

/// <summary>The rules for the throttle and the digest of a trigger.</summary>
internal sealed class ThrottleAndDigestRules(TimeProvider time)
{
    public void Check(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.Throttle is { } throttle)
        {
            if (trigger.Category is null)
                Add(ref errors, "category", FieldErrorCodes.Required, "A throttle counts per category, so category is required.");
            if (throttle.Max is < 1 or > Throttle.MaxCount)
                Add(ref errors, "throttle.max", FieldErrorCodes.OutOfRange, $"Use 1 to {Throttle.MaxCount:N0}.");
            if (!IsValidPeriod(throttle.Per))
                Add(ref errors, "throttle.per", FieldErrorCodes.OutOfRange, "Use 1 second to 31 days.");
        }

        if (trigger.Digest is not { } digest)
            return;

        if (trigger.Template is null)
            Add(ref errors, "digest", FieldErrorCodes.Conflict, "A digest requires a template, which renders its events.");
        CheckDigestTimes(trigger, ref errors);
        if ((digest.Window is null) == (digest.Cron is null))
            Add(ref errors, "digest", FieldErrorCodes.Conflict, "Exactly one of window and cron is required.");
        if (digest.Window is { } window && !IsValidPeriod(window))
            Add(ref errors, "digest.window", FieldErrorCodes.OutOfRange, "Use 1 second to 31 days.");
        if (digest.Cron is { } cron)
            CheckCron(cron, ref errors);
        if (digest.Key is { } key && (!Names.IsValid(key) || key.Length > Digest.MaxKeyLength))
            Add(
                ref errors,
                "digest.key",
                FieldErrorCodes.Invalid,
                $"Use 1 to {Digest.MaxKeyLength} characters, without control characters."
            );
    }

    private void CheckCron(string cron, ref List<FieldError>? errors)
    {
        if (!CronTime.TryParse(cron, out var parsed, out var error))
            Add(ref errors, "digest.cron", FieldErrorCodes.Invalid, error);
        else if (parsed.GetNext(time.GetUtcNow(), timeZone: null) is null)
            Add(ref errors, "digest.cron", FieldErrorCodes.Invalid, "This cron expression never matches a time.");
    }

    private static void CheckDigestTimes(Trigger trigger, ref List<FieldError>? errors)
    {
        const string message = "The digest determines when it is sent. Omit this field.";
        if (trigger.SendAt is not null)
            Add(ref errors, "sendAt", FieldErrorCodes.Conflict, message);
        if (trigger.SendAtLocal is not null)
            Add(ref errors, "sendAtLocal", FieldErrorCodes.Conflict, message);
        if (trigger.ExpiresAt is not null)
            Add(ref errors, "expiresAt", FieldErrorCodes.Conflict, message);
    }

    private static bool IsValidPeriod(TimeSpan span) => span >= TimeSpan.FromSeconds(1) && span <= Throttle.LongestPer;
}

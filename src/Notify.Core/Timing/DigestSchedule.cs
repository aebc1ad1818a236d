namespace Notify.Core.Timing;

/// <summary>Computes when a digest is sent.</summary>
internal static class DigestSchedule
{
    /// <summary>Computes the time at which a digest that begins now is due, in the user's time zone.</summary>
    public static DateTimeOffset GetDueTime(Digest digest, DateTimeOffset now, User? user)
    {
        if (digest.Window is { } window)
            return now + window;

        // A trigger whose cron expression has no next time was refused.
        return CronTime.TryParse(digest.Cron!, out var cron, out _) && cron.GetNext(now, user?.TimeZone) is { } next
            ? next
            : now + Throttle.LongestPer;
    }
}

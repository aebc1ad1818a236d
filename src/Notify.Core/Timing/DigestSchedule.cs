namespace Notify.Core.Timing;

/// <summary>Computes the due times of digests.</summary>
internal static class DigestSchedule
{
    /// <summary>Computes when a digest that starts now is due, in the user's time zone.</summary>
    public static DateTimeOffset GetDueTime(Digest digest, DateTimeOffset now, User? user)
    {
        if (digest.Window is { } window)
            return now + window;

        // A trigger whose cron expression has no next time was rejected, so the last case is a safeguard.
        return CronTime.TryParse(digest.Cron!, out var cron, out _) && cron.GetNext(now, user?.TimeZone) is { } next
            ? next
            : now + Throttle.LongestPer;
    }
}

namespace Notify.Core.Timing;

/// <summary>
/// Converts between UTC and a recipient's clock. A zone that this machine does not know counts as UTC. A local time that the
/// clock skips moves forward by the length of the gap; one that the clock shows twice is the first of the two.
/// </summary>
/// <remarks>
/// Only the offset at a UTC instant is asked of <see cref="TimeZoneInfo"/>: its <see cref="TimeZoneInfo.IsInvalidTime"/> and
/// <see cref="TimeZoneInfo.IsAmbiguousTime(DateTime)"/> are wrong in zones whose winter time is the exception (Dublin,
/// Casablanca) and do not tell how long a gap is (half an hour on Lord Howe Island, two hours at Troll).
/// </remarks>
internal static class LocalTime
{
    /// <summary>More than any zone is ahead of or behind UTC.</summary>
    private static readonly TimeSpan LargestOffset = TimeSpan.FromHours(15);

    /// <summary>Converts a time to what the recipient's clock shows then.</summary>
    public static DateTime FromUtc(DateTimeOffset time, string? timeZone)
    {
        var utc = time.UtcDateTime;
        return DateTime.SpecifyKind(Add(utc, FindZone(timeZone).GetUtcOffset(utc)), DateTimeKind.Unspecified);
    }

    /// <summary>Finds the first instant at which the recipient's clock shows a time or has skipped it.</summary>
    public static DateTimeOffset ToUtc(DateTime local, string? timeZone)
    {
        var zone = FindZone(timeZone);
        // The zone's offset long enough before, and the instant that the local time would be if no change came between.
        var before = zone.GetUtcOffset(AsUtc(Add(local, -LargestOffset)));
        var unchanged = AsUtc(Add(local, -before));
        if (zone.GetUtcOffset(unchanged) == before)
            return unchanged;

        // The change came before the local time, which then has the later offset; or the change skips the local time, and the
        // offset from before the gap moves it forward by the gap.
        var after = zone.GetUtcOffset(AsUtc(Add(local, LargestOffset)));
        var changed = AsUtc(Add(local, -after));
        return zone.GetUtcOffset(changed) == after ? changed : unchanged;
    }

    /// <summary>Gets how far the recipient's clock is ahead of UTC at an instant.</summary>
    public static TimeSpan GetOffset(DateTime utc, string? timeZone) => FindZone(timeZone).GetUtcOffset(AsUtc(utc));

    /// <summary>
    /// Finds the first instant after one and up to another at which the recipient's clock is set forward or back; null when there
    /// is none. Two changes within a day that undo each other are not found; no zone has them.
    /// </summary>
    public static DateTime? FindChange(DateTime after, DateTime until, string? timeZone)
    {
        var zone = FindZone(timeZone);
        if (ReferenceEquals(zone, TimeZoneInfo.Utc))
            return null;

        var offset = zone.GetUtcOffset(AsUtc(after));
        while (after < until)
        {
            var dayLater = Add(after, TimeSpan.FromDays(1));
            var next = dayLater < until ? dayLater : until;
            if (zone.GetUtcOffset(AsUtc(next)) != offset)
                return FindChange(zone, offset, after, next);
            after = next;
        }

        return null;
    }

    private static DateTime FindChange(TimeZoneInfo zone, TimeSpan offset, DateTime before, DateTime after)
    {
        while (after.Ticks - before.Ticks > 1)
        {
            var middle = AsUtc(new DateTime(before.Ticks + ((after.Ticks - before.Ticks) / 2)));
            if (zone.GetUtcOffset(middle) == offset)
                before = middle;
            else
                after = middle;
        }

        return AsUtc(after);
    }

    /// <summary>Finds a zone by its IANA name; UTC where there is none.</summary>
    public static TimeZoneInfo FindZone(string? timeZone) =>
        timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? zone : TimeZoneInfo.Utc;

    private static DateTime AsUtc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    // The first and the last day of the calendar have no day beside them.
    private static DateTime Add(DateTime time, TimeSpan span) =>
        new(Math.Clamp(time.Ticks + span.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), time.Kind);
}

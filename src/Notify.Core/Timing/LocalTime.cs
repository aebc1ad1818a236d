namespace Notify.Core.Timing;

/// <summary>
/// Converts between UTC and a recipient's clock. An unknown time zone counts as UTC. A local time that the clock skips moves
/// forward by the length of the gap; one that the clock shows twice means the first of the two.
/// </summary>
/// <remarks>
/// Only the offset at a UTC instant is taken from <see cref="TimeZoneInfo"/>. Its <see cref="TimeZoneInfo.IsInvalidTime"/> and
/// <see cref="TimeZoneInfo.IsAmbiguousTime(DateTime)"/> are wrong in zones whose winter time is the exception (Dublin,
/// Casablanca), and do not return the length of a gap (half an hour on Lord Howe Island, two hours at Troll).
/// </remarks>
internal static class LocalTime
{
    /// <summary>Larger than the offset of any zone.</summary>
    private static readonly TimeSpan LargestOffset = TimeSpan.FromHours(15);

    /// <summary>Converts a time to the local time on the recipient's clock.</summary>
    public static DateTime FromUtc(DateTimeOffset time, string? timeZone)
    {
        var utc = time.UtcDateTime;
        return DateTime.SpecifyKind(Add(utc, FindZone(timeZone).GetUtcOffset(utc)), DateTimeKind.Unspecified);
    }

    /// <summary>Finds the first instant at which the recipient's clock shows a time or has skipped it.</summary>
    public static DateTimeOffset ToUtc(DateTime local, string? timeZone)
    {
        var zone = FindZone(timeZone);
        // The offset well before the local time, and the instant of the local time if the offset does not change in between.
        var before = zone.GetUtcOffset(AsUtc(Add(local, -LargestOffset)));
        var unchanged = AsUtc(Add(local, -before));
        if (zone.GetUtcOffset(unchanged) == before)
            return unchanged;

        // The offset does change. Either the change is before the local time, which then has the later offset; or the local time
        // is in the gap, and the earlier offset moves it forward by the length of the gap.
        var after = zone.GetUtcOffset(AsUtc(Add(local, LargestOffset)));
        var changed = AsUtc(Add(local, -after));
        return zone.GetUtcOffset(changed) == after ? changed : unchanged;
    }

    /// <summary>Gets how far the recipient's clock is ahead of UTC at an instant.</summary>
    public static TimeSpan GetOffset(DateTime utc, string? timeZone) => FindZone(timeZone).GetUtcOffset(AsUtc(utc));

    /// <summary>
    /// Finds the first instant after <paramref name="after"/> and up to <paramref name="until"/> at which the recipient's clock
    /// is set forward or back; null if there is none. Two changes within a day that undo each other are not found; no zone has
    /// them.
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

    /// <summary>Finds a zone by its IANA name; UTC if it is null or unknown.</summary>
    public static TimeZoneInfo FindZone(string? timeZone) =>
        timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? zone : TimeZoneInfo.Utc;

    private static DateTime AsUtc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    // Clamps at the ends of the calendar instead of throwing.
    private static DateTime Add(DateTime time, TimeSpan span) =>
        new(Math.Clamp(time.Ticks + span.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), time.Kind);
}

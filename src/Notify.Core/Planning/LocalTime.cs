namespace Notify.Planning;

/// <summary>Times on a recipient's clock. A zone that this machine does not know counts as UTC.</summary>
internal static class LocalTime
{
    public static DateTime FromUtc(DateTimeOffset time, string? timeZone) =>
        TimeZoneInfo.ConvertTime(time, ZoneOf(timeZone)).DateTime;

    /// <summary>
    /// A time that the clock skips in spring is the one an hour later; one that it repeats in autumn is the first.
    /// </summary>
    public static DateTimeOffset ToUtc(DateTime local, string? timeZone)
    {
        var zone = ZoneOf(timeZone);
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(local))
            local = local.AddHours(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    private static TimeZoneInfo ZoneOf(string? timeZone) =>
        timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}

using NodaTime;

namespace Notify.Core.Tests;

/// <summary>The rules of the time zone database in one year, as NodaTime reads them.</summary>
internal static class ZoneDatabase
{
    /// <summary>A year that is over: nearly every zone's rules for it are the same in every copy of the database since.</summary>
    private const int Year = 2025;

    private static readonly Instant Begin = Instant.FromUtc(Year, 1, 1, 0, 0);
    private static readonly Instant End = Instant.FromUtc(Year + 1, 1, 1, 0, 0);

    /// <summary>Every zone that this machine and NodaTime have in common, with its changes of the clock.</summary>
    public static IReadOnlyList<ZoneRules> Known { get; } =
    [
        .. TimeZoneInfo
            .GetSystemTimeZones()
            .Select(zone => DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone.Id))
            .OfType<DateTimeZone>()
            .Select(zone => new ZoneRules(zone, Changes(zone))),
    ];

    /// <summary>Those of them for which the two copies of the database say the same.</summary>
    public static IReadOnlyList<ZoneRules> All { get; } = [.. Known.Where(IsTheSameHere)];

    /// <summary>One zone of each kind: those that change by the same offsets at the same instants behave alike.</summary>
    public static IReadOnlyList<ZoneRules> Kinds { get; } =
    [
        .. All.Where(zone => zone.Changes.Count > 0)
            .DistinctBy(zone => string.Join(' ', zone.Changes.Select(change => $"{change} {zone.Zone.GetUtcOffset(change)}"))),
    ];

    /// <summary>The instant at which a clock first shows a time; in a gap, the time moves forward by the gap.</summary>
    public static DateTimeOffset Find(DateTimeZone zone, LocalDateTime local) =>
        zone.ResolveLocal(local, NodaTime.TimeZones.Resolvers.LenientResolver).ToInstant().ToDateTimeOffset();

    private static bool IsTheSameHere(ZoneRules zone)
    {
        var here = TimeZoneInfo.FindSystemTimeZoneById(zone.Zone.Id);
        return zone
            .Changes.SelectMany(change => new[] { change - Duration.FromSeconds(1), change })
            .Concat(Enumerable.Range(0, 365).Select(day => Begin + Duration.FromDays(day)))
            .All(instant => here.GetUtcOffset(instant.ToDateTimeUtc()) == zone.Zone.GetUtcOffset(instant).ToTimeSpan());
    }

    private static Instant[] Changes(DateTimeZone zone) =>
        [
            .. zone.GetZoneIntervals(Begin, End)
                .Where(interval => interval.HasEnd && interval.End < End)
                .Select(interval => interval.End),
        ];
}

/// <summary>A zone, and the instants at which its clock is set forward or back.</summary>
internal sealed record ZoneRules(DateTimeZone Zone, IReadOnlyList<Instant> Changes)
{
    /// <summary>Times on the clock around each change, a quarter of an hour apart.</summary>
    public IEnumerable<LocalDateTime> TimesAroundChanges() =>
        from change in Changes
        from quarter in Enumerable.Range(-12, 25)
        select change.InZone(Zone).LocalDateTime.PlusMinutes(quarter * 15);
}

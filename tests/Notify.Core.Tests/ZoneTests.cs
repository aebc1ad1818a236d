using NodaTime;

namespace Notify.Core.Tests;

/// <summary>Times on recipients' clocks, in every zone of the time zone database, against NodaTime.</summary>
public sealed class ZoneTests
{
    private static readonly DateTimeOffset Before = new(2024, 12, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly QuietHours[] Nights =
    [
        new(new(22, 0), new(2, 30)),
        new(new(2, 15), new(7, 0)),
        new(new(1, 45), new(3, 15)),
        new(new(3, 0), new(2, 0)),
        new(new(0, 0), new(23, 59)),
    ];

    private static readonly string[] CronTimes = ["*/30 * * * *", "15 2 * * *", "0 0,1 * * *", "45 */2 * * *", "20 23-2 * * *"];

    [Fact]
    public void The_database_has_its_zones()
    {
        Assert.InRange(ZoneDatabase.All.Count, 400, 1_000);
        Assert.InRange(ZoneDatabase.Known.Count - ZoneDatabase.All.Count, 0, 10);
    }

    [Fact]
    public async Task A_local_time_is_where_NodaTime_finds_it()
    {
        await using var timing = await Timing.StartAsync();
        timing.SetNow(Before);
        foreach (var zone in ZoneDatabase.All)
        {
            var recipient = await timing.SaveAsync(zone.Zone.Id);
            foreach (var local in zone.TimesAroundChanges().Append(new LocalDateTime(2025, 7, 1, 9, 0)))
            {
                var due = await timing.GetDueTimesAsync(
                    TestApplication.Say(recipient) with
                    {
                        SendAtLocal = local.ToDateTimeUnspecified(),
                    }
                );
                Check(ZoneDatabase.Find(zone.Zone, local), Assert.Single(due), $"{local} in {zone.Zone.Id}");
            }
        }
    }

    [Fact]
    public async Task Quiet_hours_end_when_the_clock_first_shows_their_end()
    {
        await using var timing = await Timing.StartAsync();
        timing.SetNow(Before);
        foreach (var zone in ZoneDatabase.Kinds)
        {
            foreach (var quiet in Nights)
            {
                var recipient = await timing.SaveAsync(zone.Zone.Id, quiet);
                foreach (var at in InstantsAround(zone.Changes))
                {
                    var due = await timing.GetDueTimesAsync(TestApplication.Say(recipient) with { SendAt = at });
                    Check(LeaveQuietHours(zone.Zone, quiet, at), Assert.Single(due), $"{at} in {zone.Zone.Id}, quiet {quiet}");
                }
            }
        }
    }

    [Fact]
    public async Task A_cron_time_comes_once_or_in_both_hours_and_never_too_early()
    {
        await using var timing = await Timing.StartAsync();
        foreach (var zone in ZoneDatabase.Kinds)
        {
            var recipient = await timing.SaveAsync(zone.Zone.Id);
            foreach (var cron in CronTimes)
            {
                foreach (var now in InstantsAround(zone.Changes))
                {
                    timing.SetNow(now);
                    var due = await timing.GetDigestTimeAsync(recipient, cron);
                    Check(Next(zone.Zone, cron, now), due, $"{cron} at {now} in {zone.Zone.Id}");
                }
            }
        }
    }

    private static IEnumerable<DateTimeOffset> InstantsAround(IReadOnlyList<Instant> changes) =>
        from change in changes
        from minutes in new[] { -190, -125, -95, -65, -61, -35, -5, -1, 0, 1, 10, 25, 40, 65, 95, 125 }
        select change.Plus(Duration.FromMinutes(minutes)).ToDateTimeOffset();

    private static DateTimeOffset LeaveQuietHours(DateTimeZone zone, QuietHours quiet, DateTimeOffset at)
    {
        var today = Instant.FromDateTimeOffset(at).InZone(zone).Date;
        foreach (var day in new[] { today.PlusDays(-1), today, today.PlusDays(1) })
        {
            var from = ZoneDatabase.Find(zone, day + LocalTime.FromTimeOnly(quiet.From));
            var to = ZoneDatabase.Find(zone, day.PlusDays(quiet.To > quiet.From ? 0 : 1) + LocalTime.FromTimeOnly(quiet.To));
            if (from <= at && at < to)
                at = to;
        }

        return at;
    }

    // Minute by minute, as a person with a clock and a calendar would.
    private static DateTimeOffset Next(DateTimeZone zone, string cron, DateTimeOffset now)
    {
        var parts = cron.Split(' ');
        var everyHour = parts[0].Contains('*', StringComparison.Ordinal) || parts[1].Contains('*', StringComparison.Ordinal);
        for (var instant = Instant.FromDateTimeOffset(now) + Duration.FromMinutes(1); ; instant += Duration.FromMinutes(1))
        {
            var local = instant.InZone(zone).LocalDateTime;
            var shownBefore = instant.InZone(zone).LocalDateTime.InZoneLeniently(zone).ToInstant() < instant;
            if (Matches(parts, local) && (everyHour || !shownBefore))
                return instant.ToDateTimeOffset();

            var gap = Period.Between((instant - Duration.FromMinutes(1)).InZone(zone).LocalDateTime, local, PeriodUnits.Minutes);
            if (Enumerable.Range(1, (int)Math.Max(0, gap.Minutes - 1)).Any(back => Matches(parts, local.PlusMinutes(-back))))
                return instant.ToDateTimeOffset();
        }
    }

    private static bool Matches(string[] parts, LocalDateTime local) =>
        Matches(parts[0], local.Minute, 60) && Matches(parts[1], local.Hour, 24);

    private static bool Matches(string field, int value, int values) =>
        field.Split('/', ',', '-') switch
        {
            ["*"] => true,
            ["*", var step] => value % int.Parse(step) == 0,
            [var from, var to] when field.Contains('-', StringComparison.Ordinal) => Enumerable
                .Range(int.Parse(from), values)
                .Select(one => one % values)
                .TakeWhile(one => one != (int.Parse(to) + 1) % values)
                .Contains(value),
            var list => list.Any(one => int.Parse(one) == value),
        };

    private static void Check(DateTimeOffset expected, DateTimeOffset actual, string what) =>
        Assert.True(expected == actual, $"{what}: {actual:u} instead of {expected:u}");
}

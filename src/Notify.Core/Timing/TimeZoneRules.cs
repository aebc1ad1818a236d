using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Notify.Core.Timing;

/// <summary>
/// Groups time zones whose clocks agree: about 600 names have about 60 sets of rules. A broadcast renders its dates once per set,
/// without knowing its subscribers.
/// </summary>
/// <remarks>
/// Clocks agree if they show the same time at noon UTC of every day from <see cref="From"/> to <see cref="To"/>. The key is a
/// hash of those times, so processes with the same time zone data compute the same key.
/// </remarks>
internal static class TimeZoneRules
{
    /// <summary>The start of the comparison. Zones that differed only before it count as equal.</summary>
    public static readonly DateTime From = new(2025, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    public static readonly DateTime To = From.AddYears(6);

    private static readonly ConcurrentDictionary<string, string?> Keys = new();

    private static readonly Lazy<IReadOnlyList<TimeZoneSet>> AllSets = new(Group);

    /// <summary>Gets the sets of rules that this machine knows, those with the most zones first.</summary>
    public static IReadOnlyList<TimeZoneSet> Sets => AllSets.Value;

    /// <summary>
    /// Gets the key of the set that a zone belongs to; null for UTC and for an unknown zone.
    /// </summary>
    public static string? GetKey(string? timeZone) =>
        timeZone is null
            ? null
            : Keys.GetOrAdd(timeZone, static id =>
                TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? ComputeKey(zone) : null
            );

    private static TimeZoneSet[] Group() =>
        [
            .. TimeZoneInfo
                .GetSystemTimeZones()
                .Select(zone => (Zone: zone, Key: GetKey(zone.Id)))
                .Where(zone => zone.Key is not null)
                .GroupBy(zone => zone.Key!, zone => zone.Zone)
                .OrderByDescending(set => set.Count())
                .Select(set => new TimeZoneSet(set.Key, set.First())),
        ];

    private static string? ComputeKey(TimeZoneInfo zone)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (last, isUtc) = (TimeSpan.MinValue, true);
        for (var (day, time) = (0, From); time < To; day++, time = time.AddDays(1))
        {
            var offset = zone.GetUtcOffset(time);
            if (offset == last)
                continue;
            hash.AppendData(BitConverter.GetBytes(day));
            hash.AppendData(BitConverter.GetBytes(offset.Ticks));
            (last, isUtc) = (offset, isUtc && offset == TimeSpan.Zero);
        }

        return isUtc ? null : $"#{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8))}";
    }
}

/// <summary>Time zones with the same rules.</summary>
/// <param name="Key">See <see cref="TimeZoneRules.GetKey"/>. It starts with a character that no zone name starts with.</param>
/// <param name="Zone">One of them.</param>
internal readonly record struct TimeZoneSet(string Key, TimeZoneInfo Zone);

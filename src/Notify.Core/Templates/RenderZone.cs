using Notify.Core.Timing;

namespace Notify.Core.Templates;

/// <summary>A time zone in which the dates of a template are rendered.</summary>
/// <param name="Key">
/// Its name in <see cref="ContentVariant.TimeZones"/>; null for UTC, which recipients in other zones see.
/// </param>
/// <param name="Zone">The zone.</param>
/// <param name="IsOptional">Whether it may be left out if the budget is exceeded.</param>
internal readonly record struct RenderZone(string? Key, TimeZoneInfo Zone, bool IsOptional)
{
    /// <summary>UTC, for recipients whose zone is not rendered.</summary>
    public static readonly RenderZone Utc = new(null, TimeZoneInfo.Utc, IsOptional: false);

    /// <summary>Gets UTC and one zone of every set of rules, for topics, whose subscribers may be anywhere.</summary>
    public static IReadOnlyList<RenderZone> Everywhere { get; } =
    [Utc, .. TimeZoneRules.Sets.Select(set => new RenderZone(set.Key, set.Zone, IsOptional: true))];

    /// <summary>Creates the zone of a known recipient; UTC for null.</summary>
    public static RenderZone From(string? timeZone) =>
        timeZone is null ? Utc : new RenderZone(timeZone, LocalTime.FindZone(timeZone), IsOptional: false);
}

using Notify.Core.Timing;

namespace Notify.Core.Templates;

/// <summary>A time zone to render the dates of a template in.</summary>
/// <param name="Key">How <see cref="ContentVariant.TimeZones"/> names it; null for UTC, which everybody else sees.</param>
/// <param name="Zone">The zone.</param>
/// <param name="IsOptional">Whether it may be left out when the budget is spent.</param>
internal readonly record struct RenderZone(string? Key, TimeZoneInfo Zone, bool IsOptional)
{
    /// <summary>UTC, for everybody whose zone is not rendered.</summary>
    public static readonly RenderZone Utc = new(null, TimeZoneInfo.Utc, IsOptional: false);

    /// <summary>UTC, and every set of rules that a subscriber of a topic may live by.</summary>
    public static IReadOnlyList<RenderZone> Everywhere { get; } =
    [Utc, .. TimeZoneRules.Sets.Select(set => new RenderZone(set.Key, set.Zone, IsOptional: true))];

    /// <summary>Creates the zone of a recipient who is known; null is UTC.</summary>
    public static RenderZone From(string? timeZone) =>
        timeZone is null ? Utc : new RenderZone(timeZone, LocalTime.FindZone(timeZone), IsOptional: false);
}

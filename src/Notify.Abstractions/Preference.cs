using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// A user's choice to receive or not receive a category on a channel. A user has at most one preference for each combination of
/// category and channel. The most specific matching preference applies: one for category and channel, then one for the category,
/// then one for the channel. If none matches, the user receives everything.
/// </summary>
public sealed record Preference
{
    /// <summary>Gets the category of triggers; null for every category.</summary>
    public string? Category { get; init; }

    /// <summary>Gets the channel; null for every channel.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the choice.</summary>
    public required PreferenceStatus Status { get; init; }

    /// <summary>Gets how the user made the choice. Default: <see cref="PreferenceSource.Api"/>.</summary>
    public PreferenceSource Source { get; init; }

    /// <summary>Gets the time at which <see cref="Status"/> last changed.</summary>
    public DateTimeOffset ChangedAt { get; init; }
}

/// <summary>The choice of a user for a category and a channel.</summary>
[JsonConverter(typeof(PreferenceStatusJsonConverter))]
public enum PreferenceStatus
{
    /// <summary>The user wants to receive these notifications.</summary>
    OptedIn,

    /// <summary>The user does not want to receive these notifications.</summary>
    OptedOut,
}

/// <summary>A JSON converter that writes a status as <c>optedIn</c> or <c>optedOut</c>.</summary>
public sealed class PreferenceStatusJsonConverter()
    : JsonStringEnumConverter<PreferenceStatus>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>A change of a preference of a user.</summary>
public sealed record PreferenceChange
{
    /// <summary>Gets the category of triggers; null for every category.</summary>
    public string? Category { get; init; }

    /// <summary>Gets the channel; null for every channel.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the new choice; null to remove the preference, so that the less specific ones apply.</summary>
    public required PreferenceStatus? Status { get; init; }
}

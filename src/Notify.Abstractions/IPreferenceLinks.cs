using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// A service for links to the page on which users change their preferences. Templates show the link as
/// <c>recipient.preferencesUrl</c>.
/// </summary>
public interface IPreferenceLinks
{
    /// <summary>
    /// Creates the link of a user. Whoever has the link can see and change the user's preferences until it expires.
    /// </summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="userId">The ID of the user, who need not have a profile.</param>
    /// <returns>The link; null if the application does not call <c>AddPreferencePage()</c>.</returns>
    Uri? CreateLink(string tenant, string userId);

    /// <summary>Finds what the page of a link shows.</summary>
    /// <param name="token">The last segment of the link.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The page; null if the link is not genuine or has expired.</returns>
    Task<PreferencePage?> FindAsync(string token, CancellationToken cancellationToken = default);

    /// <summary>
    /// Saves choices of the user. Choices for categories and channels that the page does not show, and for categories that are
    /// always sent, are ignored. What the user already has is not recorded again.
    /// </summary>
    /// <param name="token">The last segment of the link.</param>
    /// <param name="choices">The choices.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The page after the change; null if the link is not genuine or has expired.</returns>
    Task<PreferencePage?> SaveAsync(
        string token,
        IReadOnlyCollection<PreferenceChoice> choices,
        CancellationToken cancellationToken = default
    );
}

/// <summary>What the page of preferences shows to a user.</summary>
public sealed record PreferencePage
{
    /// <summary>Gets the locale of the user as a BCP 47 tag; null if it is not known.</summary>
    public string? Locale { get; init; }

    /// <summary>Gets the channels, in order.</summary>
    public required IReadOnlyList<Channel> Channels { get; init; }

    /// <summary>Gets the categories, in order.</summary>
    public required IReadOnlyList<PreferencePageCategory> Categories { get; init; }
}

/// <summary>A category on the page of a user.</summary>
public sealed record PreferencePageCategory
{
    /// <summary>Gets the category.</summary>
    public required PreferenceCategory Category { get; init; }

    /// <summary>Gets whether the category is always sent, so that it cannot be switched off.</summary>
    public required bool IsAlwaysSent { get; init; }

    /// <summary>Gets the channels over which the user receives the category.</summary>
    public required IReadOnlySet<Channel> Wanted { get; init; }
}

/// <summary>The choice of a user for a category on a channel.</summary>
public sealed record PreferenceChoice
{
    /// <summary>Creates the value.</summary>
    /// <param name="category">The category.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="isWanted">Whether the user wants it.</param>
    [SetsRequiredMembers]
    public PreferenceChoice(string category, Channel channel, bool isWanted) =>
        (Category, Channel, IsWanted) = (category, channel, isWanted);

    /// <summary>Gets the category.</summary>
    public required string Category { get; init; }

    /// <summary>Gets the channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Gets whether the user wants it.</summary>
    public required bool IsWanted { get; init; }
}

using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// The stored data of a user: the profile, which the application writes, and the preferences, which also come from
/// unsubscribe links and replies. Preferences may exist before the profile does.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record UserRecord
{
    /// <summary>Gets the tenant of the user.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the user.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the profile; null if only preferences are stored.</summary>
    public User? User { get; init; }

    /// <summary>Gets the preferences, at most one for each combination of category and channel.</summary>
    public IReadOnlyList<Preference> Preferences { get; init; } = [];

    /// <summary>Returns a copy with a changed profile.</summary>
    /// <param name="change">A function that computes the changed profile.</param>
    /// <returns>The copy; null if the user has no profile.</returns>
    public UserRecord? WithUser(Func<User, User> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return User is null ? null : this with { User = change(User) };
    }

    /// <summary>
    /// Returns a copy with the specified preference, which replaces any preference for the same category and channel. A
    /// preference that already has the specified status keeps its source and time.
    /// </summary>
    /// <param name="preference">The preference.</param>
    /// <returns>The copy, or the same record if nothing changes.</returns>
    public UserRecord With(Preference preference)
    {
        ArgumentNullException.ThrowIfNull(preference);
        return Find(preference.Category, preference.Channel)?.Status == preference.Status
            ? this
            : this with
            {
                Preferences = [.. Without(preference.Category, preference.Channel).Preferences, preference],
            };
    }

    /// <summary>Returns a copy without the preference for the specified category and channel.</summary>
    /// <param name="category">The category.</param>
    /// <param name="channel">The channel.</param>
    /// <returns>The copy, or the same record if it has no such preference.</returns>
    public UserRecord Without(string? category, Channel? channel) =>
        Find(category, channel) is { } known ? this with { Preferences = [.. Preferences.Where(other => other != known)] } : this;

    /// <summary>Returns the tenant and ID; never an address.</summary>
    public override string ToString() => $"{Tenant}/{Id}";

    /// <summary>
    /// Determines whether the user wants a category on a channel. A preference for the category takes precedence over one for the
    /// channel, and one for both takes precedence over either.
    /// </summary>
    internal bool Wants(string? category, Channel channel)
    {
        var status = PreferenceStatus.OptedIn;
        var weight = -1;
        foreach (var preference in Preferences)
        {
            if (
                (preference.Category is not null && preference.Category != category)
                || (preference.Channel is { } only && only != channel)
            )
                continue;

            var specific = (preference.Category is null ? 0 : 2) + (preference.Channel is null ? 0 : 1);
            if (specific >= weight)
                (status, weight) = (preference.Status, specific);
        }

        return status == PreferenceStatus.OptedIn;
    }

    private Preference? Find(string? category, Channel? channel) =>
        Preferences.FirstOrDefault(other => other.Category == category && other.Channel == channel);
}

namespace Notify;

/// <summary>A person to notify, identified by the application's own ID.</summary>
public sealed record User
{
    /// <summary>Gets the tenant that the user belongs to. Default: <see cref="Trigger.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>Gets the application's own ID for the user. 1 to 256 characters.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Gets the user's addresses by <see cref="Channel.AddressName"/>: <c>email</c>, <c>phone</c>, <c>webhook</c>, and the names
    /// of custom channels. Push uses the user's devices. At most 16.
    /// </summary>
    public IReadOnlyDictionary<string, string> Addresses { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the user's language as a BCP 47 tag, such as <c>pt-BR</c>; null for the default of the templates.</summary>
    public string? Locale { get; init; }

    /// <summary>Gets the user's IANA time zone, such as <c>Europe/Stockholm</c>; null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>
    /// Gets the hours during which only high-priority notifications and mandatory categories are sent; null for none.
    /// </summary>
    public QuietHours? QuietHours { get; init; }

    /// <summary>
    /// Gets the user's preferences by category and channel. The most specific matching preference applies. If none matches,
    /// everything is wanted.
    /// </summary>
    public IReadOnlyList<Preference> Preferences { get; init; } = [];

    /// <summary>
    /// Returns a copy of the user with the specified preference, which replaces any preference for the same category and channel.
    /// </summary>
    /// <param name="preference">The preference.</param>
    public User With(Preference preference) =>
        this with
        {
            Preferences =
            [
                .. Preferences.Where(other => other.Category != preference.Category || other.Channel != preference.Channel),
                preference,
            ],
        };

    /// <summary>Returns the tenant and ID; never an address.</summary>
    public override string ToString() => $"{Tenant}/{Id}";

    /// <summary>
    /// Determines whether the user wants a category on a channel. A preference for the category takes precedence over one for the
    /// channel, and one for both takes precedence over either.
    /// </summary>
    internal bool Wants(string? category, Channel channel)
    {
        var wanted = true;
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
                (wanted, weight) = (preference.Wanted, specific);
        }

        return wanted;
    }
}

/// <summary>
/// The hours of the day during which a user receives only high-priority notifications and mandatory categories. They extend past
/// midnight if <paramref name="From"/> is later than <paramref name="To"/>. The two must differ.
/// </summary>
/// <param name="From">
/// The first quiet minute, in the time zone of the target device if it has one, and otherwise of the user.
/// </param>
/// <param name="To">The first minute after the quiet hours.</param>
/// <remarks>
/// If <paramref name="From"/> or <paramref name="To"/> falls into a gap in local time, it moves forward by the length of the gap.
/// If it occurs twice, the first occurrence counts.
/// </remarks>
public sealed record QuietHours(TimeOnly From, TimeOnly To);

/// <summary>A user's choice to receive or not receive a category on a channel.</summary>
/// <param name="Category">The category of triggers, or null for every category.</param>
/// <param name="Channel">The channel, or null for every channel.</param>
/// <param name="Wanted">Whether the user wants these notifications.</param>
public sealed record Preference(string? Category, Channel? Channel, bool Wanted);

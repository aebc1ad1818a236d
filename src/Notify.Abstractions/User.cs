namespace Notify;

/// <summary>Somebody to notify, by the application's own id.</summary>
public sealed record User
{
    /// <summary>On whose behalf the user is known.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>The application's own id. 1 to 256 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The user's address for each channel, but for push, whose addresses are devices. At most 16.</summary>
    public IReadOnlyDictionary<string, string> Addresses { get; init; } = new Dictionary<string, string>();

    /// <summary>The user's language as a BCP 47 tag, such as <c>pt-BR</c>; null for the templates' default.</summary>
    public string? Locale { get; init; }

    /// <summary>The user's IANA time zone, such as <c>Europe/Stockholm</c>; null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The hours in which nothing is sent but high priority and mandatory categories; null for none.</summary>
    public QuietHours? QuietHours { get; init; }

    /// <summary>
    /// What the user wants and does not want. The most specific one decides; without any, everything is wanted.
    /// </summary>
    public IReadOnlyList<Preference> Preferences { get; init; } = [];

    /// <summary>The user with this preference in place of the one for the same category and channel.</summary>
    public User With(Preference preference) =>
        this with
        {
            Preferences =
            [
                .. Preferences.Where(other => other.Category != preference.Category || other.Channel != preference.Channel),
                preference,
            ],
        };

    /// <summary>Returns the tenant and id; never an address.</summary>
    public override string ToString() => $"{Tenant}/{Id}";

    /// <summary>
    /// Determines whether the user wants a category over a channel. A preference for the category outweighs one for the channel,
    /// and one for both outweighs either.
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
/// The hours of a user's day in which nothing is sent but high priority and mandatory categories. They last over midnight where
/// <paramref name="From"/> is later than <paramref name="To"/>; the two must differ.
/// </summary>
/// <param name="From">The first quiet minute, in the time zone of the device that is sent to, else of the user.</param>
/// <param name="To">The first minute that is not quiet.</param>
/// <remarks>
/// Where the clock skips the begin or the end, it moves forward by the length of the gap; where the clock shows it twice, the
/// first time counts.
/// </remarks>
public sealed record QuietHours(TimeOnly From, TimeOnly To);

/// <summary>Whether a user wants a category over a channel. Null stands for all.</summary>
/// <param name="Category">The category of triggers, or null for every category.</param>
/// <param name="Channel">The channel, or null for every channel.</param>
/// <param name="Wanted">Whether it is wanted.</param>
public sealed record Preference(string? Category, Channel? Channel, bool Wanted);

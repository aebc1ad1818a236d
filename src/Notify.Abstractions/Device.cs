namespace Notify;

/// <summary>A user's push target: one installation of one app.</summary>
public sealed record Device
{
    /// <summary>On whose behalf the device is known.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>
    /// Gets the installation's id, which stays when the token changes. Each user has ids of their own: two users may both have a
    /// <c>phone-1</c>. 1 to 256 characters.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The user who is signed in there.</summary>
    public required string UserId { get; init; }

    /// <summary>Whose push service the token belongs to.</summary>
    public required Platform Platform { get; init; }

    /// <summary>
    /// Gets the push token. Within a tenant and an app a token belongs to one device of one user: registering it for another
    /// device or user takes it from the first.
    /// </summary>
    public required string Token { get; init; }

    /// <summary>The app, such as an iOS bundle id; null where a tenant has one app.</summary>
    public string? App { get; init; }

    /// <summary>The device's language as a BCP 47 tag; null for the user's.</summary>
    public string? Locale { get; init; }

    /// <summary>The device's IANA time zone; null for the user's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>When the token was registered first.</summary>
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When the app last registered it.</summary>
    public DateTimeOffset LastSeenAt { get; init; }

    /// <summary>When the vendor said that the token is dead; null while it is alive.</summary>
    public DateTimeOffset? PrunedAt { get; init; }

    /// <summary>What the vendor said.</summary>
    public string? PruneReason { get; init; }

    /// <summary>The tenant and id; never the token.</summary>
    public override string ToString() => $"{Tenant}/{Id}";
}

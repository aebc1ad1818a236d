namespace Notify;

/// <summary>A push target of a user: one installation of one app.</summary>
public sealed record Device
{
    /// <summary>Gets the tenant that the device belongs to. Default: <see cref="Trigger.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>
    /// Gets the ID of the installation, which stays the same when the token changes. IDs are unique per user: two users may each
    /// have a <c>phone-1</c>. 1 to 256 characters.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>Gets the ID of the user who is signed in on the device.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the platform whose push service issued the token.</summary>
    public required Platform Platform { get; init; }

    /// <summary>
    /// Gets the push token. Within a tenant and an app, a token belongs to one device of one user. Registering it for another
    /// device or user removes it from the previous one.
    /// </summary>
    public required string Token { get; init; }

    /// <summary>Gets the app, such as an iOS bundle ID; null if the tenant has only one app.</summary>
    public string? App { get; init; }

    /// <summary>Gets the language of the device as a BCP 47 tag; null to use the user's.</summary>
    public string? Locale { get; init; }

    /// <summary>Gets the IANA time zone of the device; null to use the user's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Gets the time at which the token was first registered.</summary>
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Gets the time at which the app last registered the device.</summary>
    public DateTimeOffset LastSeenAt { get; init; }

    /// <summary>Gets the time at which the vendor reported that the token is no longer valid; null while it is valid.</summary>
    public DateTimeOffset? PrunedAt { get; init; }

    /// <summary>Gets the vendor's reason for pruning the token; null while the token is valid.</summary>
    public string? PruneReason { get; init; }

    /// <summary>Returns the tenant and the IDs; never the token.</summary>
    public override string ToString() => $"{Tenant}/{Id}";
}

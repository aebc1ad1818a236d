using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// Short-lived tokens with which a browser uses the inbox of one user. The application's backend, which knows who is signed in,
/// creates a token and gives it to its page.
/// </summary>
public interface IInboxTokens
{
    /// <summary>Creates a token.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user. The user need not exist yet.</param>
    /// <returns>The token.</returns>
    /// <exception cref="InvalidRequestException">An argument is invalid.</exception>
    /// <exception cref="NotSupportedException"><see cref="InboxOptions.TokenKeys"/> is empty.</exception>
    InboxToken Create(string tenant, string userId);

    /// <summary>Reads a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="user">The user; null if the token is not genuine or has expired.</param>
    /// <returns>Whether the token is genuine and has not expired.</returns>
    bool TryRead(string token, [NotNullWhen(true)] out InboxUser? user);
}

/// <summary>A token for the inbox of one user.</summary>
public sealed record InboxToken
{
    /// <summary>Creates the value.</summary>
    /// <param name="value">The token, which consists of letters, digits, hyphens and underscores.</param>
    /// <param name="expiresAt">The time at which the token expires.</param>
    [SetsRequiredMembers]
    public InboxToken(string value, DateTimeOffset expiresAt) => (Value, ExpiresAt) = (value, expiresAt);

    /// <summary>Gets the token, which consists of letters, digits, hyphens and underscores.</summary>
    public required string Value { get; init; }

    /// <summary>Gets the time at which the token expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Returns the name of the type; never the token.</summary>
    public override string ToString() => nameof(InboxToken);
}

/// <summary>The user of a token.</summary>
public sealed record InboxUser
{
    /// <summary>Creates the value.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="expiresAt">The time at which the token expires.</param>
    [SetsRequiredMembers]
    public InboxUser(string tenant, string userId, DateTimeOffset expiresAt) =>
        (Tenant, UserId, ExpiresAt) = (tenant, userId, expiresAt);

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the user.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the time at which the token expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

using Notify.Providers;

namespace Notify;

/// <summary>
/// The teams of tenants. A notification that was triggered with a key of the kind <see cref="ApiKeyKind.Team"/> goes only to
/// members of the team.
/// </summary>
public interface ITeams
{
    /// <summary>Gets the team of a tenant, which is empty by default.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<Team> FindAsync(string tenant, CancellationToken cancellationToken = default);

    /// <summary>Replaces the team of a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="team">The team.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The team is invalid. The exception lists every invalid field.</exception>
    ValueTask SaveAsync(string tenant, Team team, CancellationToken cancellationToken = default);

    /// <summary>Validates a team. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="team">The team.</param>
    /// <returns>The errors; empty if the team is valid.</returns>
    IReadOnlyList<FieldError> Validate(Team team);
}

/// <summary>The users and addresses that keys of the kind <see cref="ApiKeyKind.Team"/> may send to.</summary>
public sealed record Team
{
    /// <summary>Gets the IDs of users, who may get messages at all of their addresses. At most 1,000. Default: empty.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>
    /// Gets email addresses, phone numbers in the form <c>+46701234567</c>, and other addresses. At most 1,000. Default: empty.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Determines whether a message to an address may be sent.</summary>
    /// <param name="userId">The ID of the user who has the address; null for a direct address.</param>
    /// <param name="address">The address.</param>
    public bool Contains(string? userId, Address address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return (userId is not null && Users.Contains(userId, StringComparer.Ordinal))
            || Addresses.Contains(
                address.Value,
                address.Channel == Channel.Email ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal
            );
    }

    /// <summary>Returns the numbers of users and addresses; never an address.</summary>
    public override string ToString() => $"{Users.Count} users, {Addresses.Count} addresses";
}

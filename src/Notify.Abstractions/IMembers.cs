namespace Notify;

/// <summary>
/// The members of tenants: people who sign in at an identity provider, and their roles. The HTTP API is built on this interface,
/// so both validate and answer in the same way. A tenant that has an administrator keeps at least one.
/// </summary>
public interface IMembers
{
    /// <summary>The maximum number of members of a tenant.</summary>
    const int MaxMembers = 1_000;

    /// <summary>Lists members, in ordinal order of their IDs.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="page">The page; null for the first 100.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    Task<Page<Member>> ListAsync(string tenant, PageRequest? page = null, CancellationToken cancellationToken = default);

    /// <summary>Finds a member.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the member.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The member; null if there is none with the ID.</returns>
    Task<Versioned<Member>?> FindAsync(string tenant, string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds a member, or changes the role or the name of a member. Other processes use the change at the latest when what they
    /// read before expires, which is after 5 seconds by default.
    /// </summary>
    /// <param name="member">The member. The times are set by this method.</param>
    /// <param name="precondition">The condition under which the member is saved.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">
    /// The member is invalid, the tenant has too many members, or its last administrator would lose the role. The exception lists
    /// every invalid field.
    /// </exception>
    Task<ChangeResult<Member>> SaveAsync(
        Member member,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Validates a member without reading the store. A front end can use this method to report these errors together with its
    /// own.
    /// </summary>
    /// <param name="member">The member.</param>
    /// <returns>The errors; empty if the member is valid.</returns>
    IReadOnlyList<FieldError> Validate(Member member);

    /// <summary>
    /// Removes a member. This process refuses the person at once, other processes at the latest when what they read before
    /// expires, which is after 5 seconds by default.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The ID of the member.</param>
    /// <param name="precondition">The condition under which the member is removed.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The effect.</returns>
    /// <exception cref="InvalidRequestException">The member is the last administrator of the tenant.</exception>
    Task<ChangeStatus> RemoveAsync(
        string tenant,
        string id,
        Precondition precondition = default,
        CancellationToken cancellationToken = default
    );
}

namespace Notify.Storage;

/// <summary>Keeps users.</summary>
public interface IUserStore
{
    /// <summary>Keeps these users, each in place of the one with the same tenant and id.</summary>
    ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken);

    /// <summary>Those of a tenant's users that are known, in any order.</summary>
    ValueTask<IReadOnlyList<User>> FindAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>A tenant's users in ordinal order of their ids, beginning after <paramref name="after"/>.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="prefix">What the ids begin with; empty for all.</param>
    /// <param name="after">The last id of the page before; empty for the first page.</param>
    /// <param name="limit">How many at most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Changes a user by what is stored now, so that no other change is lost; false when the user is not known or
    /// <paramref name="change"/> gives null, which leaves the user as it is.
    /// </summary>
    /// <param name="tenant">The user's tenant.</param>
    /// <param name="id">The user.</param>
    /// <param name="change">Makes the new user of the stored one. It may be called more than once.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    ValueTask<bool> UpdateAsync(string tenant, string id, Func<User, User?> change, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a user with its devices and subscriptions; false when the user does not exist. The user's deliveries stay: use
    /// <see cref="IRecipientDirectory.RemoveUserAsync"/> to erase them too.
    /// </summary>
    ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken);
}

using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A store of users.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IUserStore
{
    /// <summary>Saves users, each replacing any user with the same tenant and ID.</summary>
    /// <param name="users">The users.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken);

    /// <summary>Finds users by their IDs.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="ids">The IDs of the users.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The users that exist, in any order.</returns>
    ValueTask<IReadOnlyList<User>> FindAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>Lists the users of a tenant in ordinal order of their IDs.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="prefix">The prefix of the IDs; empty for all users.</param>
    /// <param name="after">The last ID of the previous page; empty for the first page.</param>
    /// <param name="limit">The maximum number of users, 1 to 1,000.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Updates a user atomically, based on its stored state, so that concurrent changes are not lost.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="change">
    /// A function that computes the updated user from the stored one, or returns null to leave it unchanged. It may be called
    /// more than once.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the user was updated; <see langword="false"/> if the user does not exist or
    /// <paramref name="change"/> returned null.
    /// </returns>
    ValueTask<bool> UpdateAsync(string tenant, string id, Func<User, User?> change, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a user together with the user's devices and subscriptions. The user's deliveries are kept; use
    /// <see cref="IRecipientDirectory.RemoveUserAsync"/> to erase them as well.
    /// </summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns><see langword="true"/> if the user was removed; <see langword="false"/> if the user does not exist.</returns>
    ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken);
}

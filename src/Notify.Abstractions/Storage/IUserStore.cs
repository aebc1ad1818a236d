using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A store of users: their profiles and their preferences.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IUserStore
{
    /// <summary>
    /// Saves profiles, each replacing any profile with the same tenant and ID. Preferences do not change, and those that were
    /// stored before the profile remain.
    /// </summary>
    /// <param name="users">The profiles.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken);

    /// <summary>
    /// Finds users by their IDs, with their preferences, in one round trip. Users for whom only preferences are stored are
    /// included.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="ids">The IDs of the users.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The users that exist, in any order.</returns>
    ValueTask<IReadOnlyList<UserRecord>> FindAsync(string tenant, IReadOnlyList<string> ids, CancellationToken cancellationToken);

    /// <summary>Lists the profiles of a tenant in ordinal order of their IDs.</summary>
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

    /// <summary>
    /// Creates or updates a user atomically, based on its stored state, so that concurrent changes are not lost. Conditional
    /// changes are built on this method: <paramref name="change"/> checks the condition.
    /// </summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="change">
    /// A function that computes the updated user from the stored one, or returns null to leave it unchanged. For a user who is
    /// not stored it gets a record without profile and preferences. It may be called more than once.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the user was written; <see langword="false"/> if <paramref name="change"/> returned null.
    /// </returns>
    ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Removes a user with the preferences, devices and subscriptions if a condition holds. The condition and the removal of the
    /// profile and the preferences are atomic. The user's deliveries are kept; use <see cref="IRecipients.RemoveUserAsync"/> to
    /// erase them as well.
    /// </summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="condition">
    /// A function that determines from the stored user whether to remove it. For a user of whom neither a profile nor preferences
    /// are stored it gets a record without them. It may be called more than once.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if anything was removed: a profile, preferences, devices or subscriptions; <see langword="false"/>
    /// if none of them is stored or the condition does not hold.
    /// </returns>
    ValueTask<bool> RemoveAsync(string tenant, string id, Func<UserRecord, bool> condition, CancellationToken cancellationToken);

    /// <summary>Removes a user with the preferences, devices and subscriptions, unconditionally.</summary>
    /// <param name="tenant">The tenant of the user.</param>
    /// <param name="id">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if anything was removed: a profile, preferences, devices or subscriptions; otherwise,
    /// <see langword="false"/>.
    /// </returns>
    ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken) =>
        RemoveAsync(tenant, id, static _ => true, cancellationToken);
}

using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// A store of the inboxes of users. An item that is archived has been read: every method keeps this rule. Times have at least the
/// precision of a millisecond, and callers pass whole milliseconds.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IInboxStore
{
    /// <summary>Adds items. An item whose ID exists is left unchanged, so that a delivery can be repeated.</summary>
    /// <param name="items">The items, possibly of several users and tenants. No ID occurs twice.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask AddAsync(IReadOnlyList<InboxItem> items, CancellationToken cancellationToken);

    /// <summary>Lists items of a user in descending order of their creation time, then of their ID.</summary>
    /// <param name="query">The items to list.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<InboxItem>> ListAsync(InboxQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the items of a user that were added or changed, in ascending order of <see cref="InboxItem.ChangedAt"/>, then of
    /// their ID.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="after">The position after which to begin, with a time of change.</param>
    /// <param name="limit">The maximum number of items.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<InboxItem>> ListChangesAsync(
        string tenant,
        string userId,
        InboxPosition after,
        int limit,
        CancellationToken cancellationToken
    );

    /// <summary>Counts the unread items of a user.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="limit">The number at which counting stops, so that the cost has a bound.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of unread items, at most <paramref name="limit"/>.</returns>
    ValueTask<int> CountUnreadAsync(string tenant, string userId, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Marks items of a user. Items that are already in the new state are left unchanged. Concurrent calls report each change
    /// once.
    /// </summary>
    /// <param name="change">The items and their new state.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The items that were changed, at most <see cref="InboxChange.Limit"/>.</returns>
    ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAsync(InboxChange change, CancellationToken cancellationToken);

    /// <summary>Removes items.</summary>
    /// <param name="removal">The items to remove.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of removed items, at most <see cref="InboxRemoval.Limit"/>.</returns>
    ValueTask<int> RemoveAsync(InboxRemoval removal, CancellationToken cancellationToken);
}

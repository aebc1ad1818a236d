using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// The inboxes of users. The HTTP API is built on this interface, so both validate and answer in the same way.
/// </summary>
public interface IInboxes
{
    /// <summary>Lists items of a user, newest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="filter">Which items to list.</param>
    /// <param name="page">The page.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <exception cref="InvalidRequestException">An argument is invalid.</exception>
    Task<Page<InboxItem>> ListAsync(
        string tenant,
        string userId,
        InboxFilter filter,
        PageRequest page,
        CancellationToken cancellationToken = default
    );

    /// <summary>Counts the unread items of a user.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of unread items, at most <see cref="InboxUnread.Max"/>.</returns>
    /// <exception cref="InvalidRequestException">An argument is invalid.</exception>
    Task<InboxUnread> CountUnreadAsync(string tenant, string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Marks items of a user. The first time that an item is read, an <see cref="ReceiptKind.Opened"/> receipt is added to its
    /// delivery, which cancels the later steps of its fallback chain. IDs that the user does not have are ignored.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="mark">The new state.</param>
    /// <param name="itemIds">The IDs of the items, at most 500; null for all items.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of items that changed.</returns>
    /// <exception cref="InvalidRequestException">An argument is invalid.</exception>
    Task<int> MarkAsync(
        string tenant,
        string userId,
        InboxMark mark,
        IReadOnlyList<Guid>? itemIds,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// Watches an inbox. The first update has the number of unread items; then follow the items that are added or changed, each
    /// with its new state. An item may be reported more than once. The number of unread items is also repeated at least every
    /// <see cref="InboxOptions.PollInterval"/>.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="userId">The ID of the user.</param>
    /// <param name="after">
    /// The <see cref="InboxUpdate.Position"/> after which to continue; null to begin with the next change.
    /// </param>
    /// <param name="cancellationToken">
    /// A token that ends the enumeration with an <see cref="OperationCanceledException"/>.
    /// </param>
    IAsyncEnumerable<InboxUpdate> WatchAsync(string tenant, string userId, string? after, CancellationToken cancellationToken);
}

/// <summary>The number of unread items. Counting stops at a limit, so that the cost does not depend on the inbox.</summary>
public readonly record struct InboxUnread
{
    /// <summary>Creates the value.</summary>
    /// <param name="count">The number of unread items, at most <see cref="Max"/>.</param>
    [SetsRequiredMembers]
    public InboxUnread(int count) => Count = count;

    /// <summary>Gets the number of unread items, at most <see cref="Max"/>.</summary>
    public required int Count { get; init; }

    /// <summary>The number at which counting stops: there may be more unread items.</summary>
    public const int Max = 1_000;

    /// <summary>Gets whether there may be more unread items than <see cref="Count"/>.</summary>
    public bool MayBeMore => Count >= Max;
}

/// <summary>An update of a watched inbox: an item, a number of unread items, or a request to read the inbox again.</summary>
public readonly record struct InboxUpdate
{
    /// <summary>
    /// Gets the item that was added or changed, with its new state; null if the update is about something else.
    /// </summary>
    public InboxItem? Item { get; init; }

    /// <summary>Gets the number of unread items; null if the update is about something else.</summary>
    public InboxUnread? Unread { get; init; }

    /// <summary>Gets whether too much has changed to report each item. The watcher reads the inbox again.</summary>
    public bool IsReset { get; init; }

    /// <summary>Gets the position, from which another watch can continue.</summary>
    public required string Position { get; init; }
}

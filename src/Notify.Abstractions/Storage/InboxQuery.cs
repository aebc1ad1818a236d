using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>The items of a user's inbox to list.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record InboxQuery
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the user.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets which items to list.</summary>
    public InboxFilter Filter { get; init; }

    /// <summary>Gets the position of the last item of the previous page, with a creation time; null for the first page.</summary>
    public InboxPosition? After { get; init; }

    /// <summary>Gets the maximum number of items.</summary>
    public required int Limit { get; init; }
}

/// <summary>The items of a user's inbox to mark.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record InboxChange
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the user.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the new state.</summary>
    public required InboxMark Mark { get; init; }

    /// <summary>
    /// Gets the IDs of the items; null for all items that were created at or before <see cref="At"/>.
    /// </summary>
    public IReadOnlyList<Guid>? Ids { get; init; }

    /// <summary>Gets the time of the change.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the maximum number of items to change in this call.</summary>
    public required int Limit { get; init; }

    /// <summary>
    /// Computes the changed item, for stores that change items in memory. It ignores <see cref="Ids"/> and the user.
    /// </summary>
    /// <param name="item">The stored item.</param>
    /// <returns>The changed item; null if the item is already in the new state.</returns>
    public ChangedInboxItem? Apply(InboxItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        InboxItem? changed = Mark switch
        {
            InboxMark.Read when item.ReadAt is null => Read(item),
            InboxMark.Unread when item is { ReadAt: not null, ArchivedAt: null } => item with { ReadAt = null },
            InboxMark.Archived when item.ArchivedAt is null => Read(item) with { ArchivedAt = At },
            InboxMark.Unarchived when item.ArchivedAt is not null => item with { ArchivedAt = null },
            _ => null,
        };
        return changed is null ? null : new(changed with { ChangedAt = At }, item.FirstReadAt != changed.FirstReadAt);
    }

    private InboxItem Read(InboxItem item) => item with { ReadAt = item.ReadAt ?? At, FirstReadAt = item.FirstReadAt ?? At };
}

/// <summary>An item that was changed.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct ChangedInboxItem
{
    /// <summary>Creates the value.</summary>
    /// <param name="item">The item after the change.</param>
    /// <param name="isFirstRead">Whether the change set <see cref="InboxItem.FirstReadAt"/>.</param>
    [SetsRequiredMembers]
    public ChangedInboxItem(InboxItem item, bool isFirstRead) => (Item, IsFirstRead) = (item, isFirstRead);

    /// <summary>Gets the item after the change.</summary>
    public required InboxItem Item { get; init; }

    /// <summary>Gets whether the change set <see cref="InboxItem.FirstReadAt"/>.</summary>
    public required bool IsFirstRead { get; init; }
}

/// <summary>The items to remove: those that meet every condition that is set.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record InboxRemoval
{
    /// <summary>Gets the tenant and the ID of the user whose items to remove; null for the items of all users.</summary>
    public (string Tenant, string Id)? User { get; init; }

    /// <summary>
    /// Gets the last acceptance time of the notifications whose items to remove; null for any. Set together with
    /// <see cref="User"/>.
    /// </summary>
    public DateTimeOffset? AcceptedUntil { get; init; }

    /// <summary>Gets the time before which the items to remove were created; null for any.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Gets the maximum number of items to remove in this call.</summary>
    public required int Limit { get; init; }
}

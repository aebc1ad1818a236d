using Microsoft.Extensions.Options;
using Notify.Core.Validation;
using Notify.Storage;

namespace Notify.Core.Inboxes;

/// <summary>Reads and marks the inboxes of users, and reports that items were read.</summary>
internal sealed class InboxDirectory(
    IInboxStore store,
    IReceipts receipts,
    InboxEvents events,
    InboxSignals signals,
    IOptions<InboxOptions> options,
    TimeProvider time
) : IInboxes
{
    private const int MaxIds = 500;

    /// <summary>The number of items that one call of the store marks: as many as one call adds receipts.</summary>
    private const int BatchSize = 1_000;

    public async Task<Page<InboxItem>> ListAsync(
        string tenant,
        string userId,
        InboxFilter filter,
        PageRequest page,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(page);
        var errors = CheckNames(tenant, userId);
        PageLimit.Check(errors, page);
        if (page.Prefix.Length > 0)
            errors.Add(new FieldError("prefix", FieldErrorCodes.NotAllowed, "This list cannot be filtered by prefix."));
        if (!Enum.IsDefined(filter))
            errors.Add(new FieldError("filter", FieldErrorCodes.Invalid, "Use current, unread or archived."));
        InboxPosition after = default;
        if (page.After.Length > 0 && !InboxCursor.TryRead(page.After, out after))
            errors.Add(new FieldError("after", FieldErrorCodes.Invalid, "Use the cursor of the previous page."));
        InvalidRequestException.ThrowIfAny(errors);

        var found = await store
            .ListAsync(
                new InboxQuery
                {
                    Tenant = tenant,
                    UserId = userId,
                    Filter = filter,
                    After = page.After.Length > 0 ? after : null,
                    Limit = page.Limit + 1,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return NamePages.Take(found, page, item => InboxCursor.Write(new InboxPosition(item.CreatedAt, item.Id)));
    }

    public async Task<InboxUnread> CountUnreadAsync(string tenant, string userId, CancellationToken cancellationToken = default)
    {
        InvalidRequestException.ThrowIfAny(CheckNames(tenant, userId));
        return new(await store.CountUnreadAsync(tenant, userId, InboxUnread.Max, cancellationToken).ConfigureAwait(false));
    }

    public async Task<int> MarkAsync(
        string tenant,
        string userId,
        InboxMark mark,
        IReadOnlyList<Guid>? itemIds,
        CancellationToken cancellationToken = default
    )
    {
        var errors = CheckNames(tenant, userId);
        if (!Enum.IsDefined(mark))
            errors.Add(new FieldError("mark", FieldErrorCodes.Invalid, "Use read, unread, archived or unarchived."));
        if (itemIds?.Count is 0 or > MaxIds)
            errors.Add(
                new FieldError(
                    "ids",
                    itemIds.Count == 0 ? FieldErrorCodes.Required : FieldErrorCodes.TooMany,
                    $"Use 1 to {MaxIds} IDs."
                )
            );
        InvalidRequestException.ThrowIfAny(errors);

        var change = new InboxChange
        {
            Tenant = tenant,
            UserId = userId,
            Mark = mark,
            Ids = itemIds,
            At = InboxTime.GetNow(time),
            Limit = BatchSize,
        };
        var total = 0;
        IReadOnlyList<ChangedInboxItem> changed;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A batch that has begun is completed with its receipts, even if the caller leaves.
            changed = await store.MarkAsync(change, CancellationToken.None).ConfigureAwait(false);
            total += changed.Count;
            await ReportAsync(tenant, changed).ConfigureAwait(false);
        } while (itemIds is null && changed.Count == BatchSize);

        return total;
    }

    public IAsyncEnumerable<InboxUpdate> WatchAsync(
        string tenant,
        string userId,
        string? after,
        CancellationToken cancellationToken
    )
    {
        InvalidRequestException.ThrowIfAny(CheckNames(tenant, userId));
        return new InboxWatch(store, signals, options, time, tenant, userId).RunAsync(after, cancellationToken);
    }

    // The store reports each first read to one call only, so there is one receipt.
    private async ValueTask ReportAsync(string tenant, IReadOnlyList<ChangedInboxItem> changed)
    {
        if (changed.Count == 0)
            return;

        events.Publish(changed.Select(one => one.Item));
        Receipt[] opened =
        [
            .. changed
                .Where(one => one.IsFirstRead)
                .Select(one => new Receipt(one.Item.Id, ReceiptKind.Opened, one.Item.ChangedAt)),
        ];
        if (opened.Length > 0)
            await receipts.AddAsync(tenant, opened, CancellationToken.None).ConfigureAwait(false);
    }

    private static List<FieldError> CheckNames(string tenant, string userId)
    {
        var errors = new List<FieldError>();
        Names.Check(errors, "tenant", tenant);
        Names.Check(errors, "id", userId);
        return errors;
    }
}

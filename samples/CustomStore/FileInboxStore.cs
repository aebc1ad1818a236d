namespace Notify.Storage.Files;

/// <summary>Keeps the inboxes of users.</summary>
internal sealed class FileInboxStore(TenantFiles files) : IInboxStore
{
    public ValueTask AddAsync(IReadOnlyList<InboxItem> items, CancellationToken cancellationToken)
    {
        files.Change(items.Select(item => item.Tenant), tenants =>
            items.Count(item => tenants[item.Tenant].InboxItems.TryAdd(item.Id, item))
        );
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<InboxItem>> ListAsync(InboxQuery query, CancellationToken cancellationToken) =>
        new(
            files.Read<IReadOnlyList<InboxItem>>(query.Tenant, data =>
                [
                    .. data
                        .InboxItems.Values.Where(item => item.UserId == query.UserId && IsIn(query.Filter, item))
                        .Where(item =>
                            query.After is not { } after || (item.CreatedAt, item.Id).CompareTo((after.At, after.Id)) < 0
                        )
                        .OrderByDescending(item => (item.CreatedAt, item.Id))
                        .Take(query.Limit),
                ]
            )
        );

    public ValueTask<IReadOnlyList<InboxItem>> ListChangesAsync(
        string tenant,
        string userId,
        InboxPosition after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<InboxItem>>(tenant, data =>
                [
                    .. data
                        .InboxItems.Values.Where(item => item.UserId == userId)
                        .Where(item => (item.ChangedAt, item.Id).CompareTo((after.At, after.Id)) > 0)
                        .OrderBy(item => (item.ChangedAt, item.Id))
                        .Take(limit),
                ]
            )
        );

    public ValueTask<int> CountUnreadAsync(string tenant, string userId, int limit, CancellationToken cancellationToken) =>
        new(
            files.Read(tenant, data =>
                data.InboxItems.Values.Where(item => item.UserId == userId && item.ReadAt is null).Take(limit).Count()
            )
        );

    public ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAsync(InboxChange change, CancellationToken cancellationToken) =>
        new(files.Change<IReadOnlyList<ChangedInboxItem>>(change.Tenant, data =>
            {
                ChangedInboxItem[] changed =
                [
                    .. data
                        .InboxItems.Values.Where(item => item.UserId == change.UserId)
                        .Where(item => change.Ids?.Contains(item.Id) ?? item.CreatedAt <= change.At)
                        .Select(change.Apply)
                        .OfType<ChangedInboxItem>()
                        .Take(change.Limit),
                ];
                foreach (var item in changed.Select(one => one.Item))
                    data.InboxItems[item.Id] = item;
                return changed;
            }));

    public ValueTask<int> RemoveAsync(InboxRemoval removal, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll(tenants =>
            {
                InboxItem[] removed =
                [
                    .. tenants
                        .SelectMany(data => data.InboxItems.Values)
                        .Where(item => removal.User is not { } user || user == (item.Tenant, item.UserId))
                        .Where(item => removal.AcceptedUntil is not { } until || item.AcceptedAt <= until)
                        .Where(item => removal.CreatedBefore is not { } before || item.CreatedAt < before)
                        .Take(removal.Limit),
                ];
                foreach (var item in removed)
                    tenants.Single(data => data.Tenant == item.Tenant).InboxItems.Remove(item.Id);
                return removed.Length;
            })
        );

    private static bool IsIn(InboxFilter filter, InboxItem item) =>
        filter switch
        {
            InboxFilter.Unread => item.ReadAt is null,
            InboxFilter.Archived => item.ArchivedAt is not null,
            _ => item.ArchivedAt is null,
        };
}

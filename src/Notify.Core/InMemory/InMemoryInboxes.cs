using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Keeps the inboxes of users in memory, for tests.</summary>
internal sealed class InMemoryInboxes : IInboxStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, InboxItem> _items = [];
    private readonly Dictionary<(string Tenant, string UserId), HashSet<Guid>> _byUser = [];

    public ValueTask AddAsync(IReadOnlyList<InboxItem> items, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var item in items.Where(item => _items.TryAdd(item.Id, item)))
            {
                if (!_byUser.TryGetValue((item.Tenant, item.UserId), out var ids))
                    _byUser.Add((item.Tenant, item.UserId), ids = []);
                ids.Add(item.Id);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<InboxItem>> ListAsync(InboxQuery query, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([
                .. Find(query.Tenant, query.UserId)
                    .Where(item =>
                        query.Filter switch
                        {
                            InboxFilter.Unread => item.ReadAt is null,
                            InboxFilter.Archived => item.ArchivedAt is not null,
                            _ => item.ArchivedAt is null,
                        }
                    )
                    .Where(item => query.After is not { } after || (item.CreatedAt, item.Id).CompareTo((after.At, after.Id)) < 0)
                    .OrderByDescending(item => (item.CreatedAt, item.Id))
                    .Take(query.Limit),
            ]);
    }

    public ValueTask<IReadOnlyList<InboxItem>> ListChangesAsync(
        string tenant,
        string userId,
        InboxPosition after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
            return new([
                .. Find(tenant, userId)
                    .Where(item => (item.ChangedAt, item.Id).CompareTo((after.At, after.Id)) > 0)
                    .OrderBy(item => (item.ChangedAt, item.Id))
                    .Take(limit),
            ]);
    }

    public ValueTask<int> CountUnreadAsync(string tenant, string userId, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(Find(tenant, userId).Where(item => item.ReadAt is null).Take(limit).Count());
    }

    public ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAsync(InboxChange change, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var ids = change.Ids?.ToHashSet();
            ChangedInboxItem[] changed =
            [
                .. Find(change.Tenant, change.UserId)
                    .Where(item => ids?.Contains(item.Id) ?? item.CreatedAt <= change.At)
                    .Select(change.Apply)
                    .OfType<ChangedInboxItem>()
                    .Take(change.Limit),
            ];
            foreach (var item in changed.Select(one => one.Item))
                _items[item.Id] = item;
            return new(changed);
        }
    }

    public ValueTask<int> RemoveAsync(InboxRemoval removal, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            InboxItem[] removed =
            [
                .. (removal.User is { } user ? Find(user.Tenant, user.Id) : _items.Values)
                    .Where(item => removal.AcceptedUntil is not { } until || item.AcceptedAt <= until)
                    .Where(item => removal.CreatedBefore is not { } before || item.CreatedAt < before)
                    .Take(removal.Limit),
            ];
            foreach (var item in removed)
            {
                _items.Remove(item.Id);
                _byUser[(item.Tenant, item.UserId)].Remove(item.Id);
            }

            return new(removed.Length);
        }
    }

    private IEnumerable<InboxItem> Find(string tenant, string userId) =>
        _byUser.GetValueOrDefault((tenant, userId))?.Select(id => _items[id]) ?? [];
}

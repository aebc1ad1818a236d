using Notify.Storage;

namespace Notify.Core.InMemory;

/// <summary>Keeps users, devices and topics in memory, for tests.</summary>
internal sealed class InMemoryRecipients : IUserStore, IDeviceStore, ITopicStore, IRecipientListStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Tenant, string Id), UserRecord> _users = [];
    private readonly Dictionary<(string Tenant, string UserId, string Id), Device> _devices = [];
    private readonly Dictionary<(string Tenant, string Topic), SortedSet<string>> _topics = [];

    public ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var user in users)
                _users[(user.Tenant, user.Id)] = GetUser(user.Tenant, user.Id) with { User = user };
        }

        return ValueTask.CompletedTask;
    }

    ValueTask<IReadOnlyList<UserRecord>> IUserStore.FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
            return new([.. ids.Distinct().Where(id => _users.ContainsKey((tenant, id))).Select(id => _users[(tenant, id)])]);
    }

    ValueTask<IReadOnlyList<User>> IUserStore.ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. _users
                    .Values.Select(record => record.User)
                    .OfType<User>()
                    .Where(user => user.Tenant == tenant && IsInPage(user.Id, prefix, after))
                    .OrderBy(user => user.Id, StringComparer.Ordinal)
                    .Take(limit),
            ]);
        }
    }

    public ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            if (change(GetUser(tenant, id)) is not { } changed)
                return new(false);

            _users[(tenant, id)] = changed;
            return new(true);
        }
    }

    ValueTask<bool> IUserStore.RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            if (!condition(_users.GetValueOrDefault((tenant, id)) ?? new UserRecord { Tenant = tenant, Id = id }))
                return new(false);

            var isRemoved = _users.Remove((tenant, id));
            foreach (var device in _devices.Where(device => device.Key.Tenant == tenant && device.Value.UserId == id).ToArray())
                isRemoved |= _devices.Remove(device.Key);
            foreach (var topic in _topics.Where(topic => topic.Key.Tenant == tenant))
                isRemoved |= topic.Value.Remove(id);
            return new(isRemoved);
        }
    }

    public ValueTask RegisterAsync(Device device, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (
                var other in _devices
                    .Values.Where(other =>
                        other.Tenant == device.Tenant && other.App == device.App && other.Token == device.Token
                    )
                    .Where(other => other.UserId != device.UserId || other.Id != device.Id)
                    .ToArray()
            )
            {
                _devices.Remove(GetKey(other));
            }

            var known = _devices.GetValueOrDefault(GetKey(device));
            var sameToken = known is not null && known.Token == device.Token && known.App == device.App;
            var isDead = sameToken && known!.PrunedAt >= device.LastSeenAt;
            _devices[GetKey(device)] = device with
            {
                RegisteredAt = sameToken ? known!.RegisteredAt : device.RegisteredAt,
                PrunedAt = isDead ? known!.PrunedAt : null,
                PruneReason = isDead ? known!.PruneReason : null,
            };
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> UpdateAsync(Device device, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_devices.TryGetValue(GetKey(device), out var known) || known.Token != device.Token)
                return new(false);

            _devices[GetKey(device)] = known with { Locale = device.Locale, TimeZone = device.TimeZone };
            return new(true);
        }
    }

    ValueTask<IReadOnlyList<Device>> IDeviceStore.FindAsync(
        string tenant,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. _devices
                    .Values.Where(device => device.Tenant == tenant && device.PrunedAt is null && userIds.Contains(device.UserId))
                    .OrderBy(device => device.Id, StringComparer.Ordinal),
            ]);
        }
    }

    public ValueTask<IReadOnlyList<Device>> ListAsync(string tenant, string userId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([
                .. _devices
                    .Values.Where(device => device.Tenant == tenant && device.UserId == userId)
                    .OrderBy(device => device.Id, StringComparer.Ordinal),
            ]);
        }
    }

    public ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        string tenant,
        DevicePosition? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. _devices
                    .Values.Where(device => device.Tenant == tenant && (after is null || Compare(device, after) > 0))
                    .OrderBy(device => device.UserId, StringComparer.Ordinal)
                    .ThenBy(device => device.Id, StringComparer.Ordinal)
                    .Take(limit),
            ]);
        }

        static int Compare(Device device, DevicePosition after) =>
            string.CompareOrdinal(device.UserId, after.UserId) is not 0 and var order
                ? order
                : string.CompareOrdinal(device.Id, after.Id);
    }

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(string tenant, string userId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([
                .. _topics
                    .Where(topic => topic.Key.Tenant == tenant && topic.Value.Contains(userId))
                    .Select(topic => topic.Key.Topic),
            ]);
        }
    }

    ValueTask<bool> IDeviceStore.RemoveAsync(string tenant, string userId, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_devices.Remove((tenant, userId, id)));
    }

    public ValueTask<bool> PruneAsync(
        string tenant,
        string? app,
        string token,
        string reason,
        DateTimeOffset knownDeadAt,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            var device = _devices.Values.FirstOrDefault(device =>
                device.Tenant == tenant
                && device.App == app
                && device.Token == token
                && device.PrunedAt is null
                && device.LastSeenAt <= knownDeadAt
            );
            if (device is null)
                return new(false);

            _devices[GetKey(device)] = device with { PrunedAt = knownDeadAt, PruneReason = reason };
            return new(true);
        }
    }

    public ValueTask SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue((tenant, topic), out var subscribers) && userIds.Count > 0)
                _topics.Add((tenant, topic), subscribers = new SortedSet<string>(StringComparer.Ordinal));
            subscribers?.UnionWith(userIds);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
            _topics.GetValueOrDefault((tenant, topic))?.ExceptWith(userIds);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. (_topics.GetValueOrDefault((tenant, topic)) ?? [])
                    .Where(user => string.CompareOrdinal(user, after) > 0)
                    .Take(limit),
            ]);
        }
    }

    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. _topics
                    .Where(topic => topic.Key.Tenant == tenant)
                    .Select(topic => topic.Key.Topic)
                    .Where(topic => IsInPage(topic, prefix, after))
                    .Order(StringComparer.Ordinal)
                    .Take(limit),
            ]);
        }
    }

    public IReadOnlyList<RecipientAnswer> Read(IReadOnlyList<RecipientQuestion> questions)
    {
        lock (_lock)
            return [.. questions.Select(Read)];
    }

    private RecipientAnswer Read(RecipientQuestion question) =>
        new(
            _users.GetValueOrDefault((question.Tenant, question.UserId)),
            question.WithDevices
                ?
                [
                    .. _devices.Values.Where(device =>
                        device.Tenant == question.Tenant && device.UserId == question.UserId && device.PrunedAt is null
                    ),
                ]
                : [],
            question.Topic is { } topic && _topics.GetValueOrDefault((question.Tenant, topic))?.Contains(question.UserId) == true
        );

    public ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new(_topics.GetValueOrDefault((tenant, topic))?.Count);
    }

    private UserRecord GetUser(string tenant, string id) =>
        _users.GetValueOrDefault((tenant, id)) ?? new UserRecord { Tenant = tenant, Id = id };

    private static (string Tenant, string UserId, string Id) GetKey(Device device) => (device.Tenant, device.UserId, device.Id);

    private static bool IsInPage(string name, string prefix, string after) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, after) > 0;
}

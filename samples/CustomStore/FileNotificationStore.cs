namespace Notify.Storage.Files;

/// <summary>Reads notifications and their deliveries.</summary>
internal sealed class FileNotificationStore(TenantFiles files) : INotificationStore
{
    public ValueTask<Notification?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        new(files.Read(tenant, data => data.Notifications.GetValueOrDefault(id)));

    public ValueTask<KeyHolder?> FindKeyAsync(
        string tenant,
        string key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read(tenant, data =>
                data.IdempotencyKeys.TryGetValue(key, out var holder) && holder.ExpiresAt > now
                    ? new KeyHolder(holder.NotificationId, holder.Fingerprint)
                    : null
            )
        );

    public ValueTask<IReadOnlyList<DeliveryRecord>> ListDeliveriesAsync(
        string tenant,
        Guid notificationId,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<DeliveryRecord>>(tenant, data =>
                [
                    .. data.GetDeliveries(notificationId)
                        .Where(stored => after is null || stored.Delivery.Id.CompareTo(after.Value) > 0)
                        .Take(limit)
                        .Select(data.GetRecord),
                ]
            )
        );

    public ValueTask<DeliveryRecord?> FindDeliveryAsync(string tenant, Guid id, CancellationToken cancellationToken) =>
        new(files.Read(tenant, data => data.Deliveries.TryGetValue(id, out var stored) ? data.GetRecord(stored) : null));

    public ValueTask<IReadOnlyDictionary<Guid, NotificationProgress>> CountAsync(
        string tenant,
        IReadOnlyCollection<Guid> notificationIds,
        long maxSubscribers,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read(tenant, data =>
                NotificationProgress.Create(
                    notificationIds.Distinct().Where(data.Notifications.ContainsKey).SelectMany(data.GetProgressRows).ToArray(),
                    maxSubscribers
                )
            )
        );

    public ValueTask<IReadOnlyList<NotificationSummary>> ListAsync(
        NotificationFilter filter,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var (from, to) = IdRange.Create(filter, before);
        var labels = NotificationLabel.GetAll(filter);
        return new(files.Read<IReadOnlyList<NotificationSummary>>(filter.Tenant, data => [
                    .. data
                        .Notifications.Values.Where(one => from is null || one.Id.CompareTo(from.Value) >= 0)
                        .Where(one => to is null || one.Id.CompareTo(to.Value) < 0)
                        .Where(one => labels.All(NotificationLabel.GetAll(one.Trigger).Contains))
                        .OrderByDescending(one => one.Id)
                        .Take(limit)
                        .Select(one => new NotificationSummary
                        {
                            Id = one.Id,
                            AcceptedAt = one.AcceptedAt,
                            ExpiresAt = one.ExpiresAt,
                            Trigger = one.Trigger,
                        }),
                ]));
    }
}

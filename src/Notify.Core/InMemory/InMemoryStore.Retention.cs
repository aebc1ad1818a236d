namespace Notify.Core.InMemory;

/// <content>The purge of expired data.</content>
internal sealed partial class InMemoryStore
{
    public long PurgeNotifications(DateTimeOffset acceptedBefore)
    {
        lock (_lock)
        {
            var purged = 0L;
            var old = _notifications.Values.Where(notification => notification.AcceptedAt < acceptedBefore);
            foreach (var notification in old.Where(HasEnded).ToArray())
            {
                foreach (var stored in _byNotification[notification.Id])
                    purged += _deliveries.Remove(stored.Delivery.Id) ? 1 : 0;
                _byNotification.Remove(notification.Id);
                _notifications.Remove(notification.Id);
                _labels.Remove(notification);
                _expansions.RemoveAll(expansion => expansion.NotificationId == notification.Id);
                foreach (
                    var collected in _events.Values.Where(stored => stored.Event.NotificationId == notification.Id).ToArray()
                )
                    _events.Remove(collected.Event.Id);
            }

            return purged;
        }
    }

    public long PurgeIdempotencyKeys(DateTimeOffset now)
    {
        lock (_lock)
            return _keys.Where(key => key.Value.ExpiresAt <= now).Count(key => _keys.Remove(key.Key));
    }

    private bool HasEnded(Notification notification) =>
        _byNotification[notification.Id].All(stored => stored.DueAt is null)
        && _expansions.All(expansion => expansion.NotificationId != notification.Id || expansion.DueAt is null)
        && _events.Values.All(stored => stored.Event.NotificationId != notification.Id || stored.State != CollectedState.Waiting);
}

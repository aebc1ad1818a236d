using Notify.Providers;

namespace Notify.Storage.Files.Model;

/// <summary>This part: how the data of removed users and old notifications is deleted.</summary>
internal sealed partial class TenantData
{
    /// <summary>Erases a delivery, and its notification's content with the last recipient.</summary>
    public void Erase(StoredDelivery stored, DateTimeOffset now)
    {
        var address = stored.Delivery.To;
        stored.Erase(now);
        EraseNotification(stored.Delivery.NotificationId, [address], stored.Delivery.UserId);
    }

    /// <summary>Erases an event, and its notification's content with the last recipient.</summary>
    public void Erase(StoredEvent stored)
    {
        if (stored.State == CollectedState.Waiting)
            CancelEvents([stored], Erasure.Reason);
        stored.Reason = Erasure.Reason;
        EraseNotification(stored.Event.NotificationId, [], stored.Event.UserId);
    }

    /// <summary>
    /// Deletes notifications that were accepted before a time and have ended, and returns how many deliveries they had.
    /// </summary>
    public long Purge(DateTimeOffset acceptedBefore)
    {
        HashSet<Guid> ended =
        [
            .. Notifications.Values.Where(notification => notification.AcceptedAt < acceptedBefore).Select(old => old.Id),
        ];
        ended.ExceptWith(
            Deliveries.Values.Where(stored => stored.DueAt is not null).Select(stored => stored.Delivery.NotificationId)
        );
        ended.ExceptWith(Expansions.Where(stored => stored.DueAt is not null).Select(stored => stored.NotificationId));
        ended.ExceptWith(
            Events.Values.Where(stored => stored.State == CollectedState.Waiting).Select(stored => stored.Event.NotificationId)
        );

        Guid[] deliveries =
        [
            .. Deliveries
                .Values.Select(stored => stored.Delivery)
                .Where(one => ended.Contains(one.NotificationId))
                .Select(one => one.Id),
        ];
        foreach (var id in deliveries)
            Deliveries.Remove(id);
        foreach (var stored in Events.Values.Where(stored => ended.Contains(stored.Event.NotificationId)).ToArray())
            Events.Remove(stored.Event.Id);
        Expansions.RemoveAll(stored => ended.Contains(stored.NotificationId));
        foreach (var id in ended)
            Notifications.Remove(id);
        return deliveries.Length;
    }

    private void EraseNotification(Guid id, IReadOnlyCollection<Address> addresses, string? userId)
    {
        var hasOthers =
            GetDeliveries(id).Any(stored => !stored.IsErased)
            || Events.Values.Any(stored => stored.Event.NotificationId == id && stored.Reason != Erasure.Reason)
            || Expansions.Any(stored => stored.NotificationId == id && stored.DueAt is not null);
        if (ErasedNotification.From(Notifications[id], addresses, userId is null ? [] : [userId], hasOthers) is { } erased)
            Notifications[id] = erased;
    }
}

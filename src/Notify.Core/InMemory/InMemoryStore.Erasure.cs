using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.InMemory;

/// <content>The erasure of removed users.</content>
internal sealed partial class InMemoryStore : IErasureStore
{
    private readonly Dictionary<(string Tenant, string UserId), Erasure> _erasures = [];

    public ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken)
    {
        lock (_lock)
            _erasures[(erasure.Tenant, erasure.UserId)] = erasure;
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
            return new([
                .. _erasures
                    .Values.GroupBy(erasure => erasure.Tenant)
                    .SelectMany(tenant =>
                        tenant.OrderBy(erasure => erasure.RequestedAt).Select((erasure, turn) => (erasure, turn))
                    )
                    .OrderBy(waiting => waiting.turn)
                    .ThenBy(waiting => waiting.erasure.RequestedAt)
                    .Select(waiting => waiting.erasure)
                    .Take(limit),
            ]);
    }

    public ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            StoredDelivery[] page =
            [
                .. _deliveries
                    .Values.Where(stored => stored.Delivery.Id.CompareTo(batch.After) > 0)
                    .OrderBy(stored => stored.Delivery.Id)
                    .Take(batch.Limit),
            ];
            var busy = new HashSet<Erasure>();
            foreach (var stored in page.Where(stored => !stored.IsErased))
            {
                var delivery = stored.Delivery;
                if (batch.Find(delivery.Tenant, delivery.UserId, delivery.AcceptedAt) is not { } erasure)
                    continue;

                if (stored.DueAt is not null && !stored.IsFree(batch.Now))
                {
                    busy.Add(erasure);
                    continue;
                }

                Change(stored, () => stored.Erase(batch.Now));
                EraseFrom(delivery.NotificationId, delivery.To, erasure.UserId);
            }

            return new(new ErasureStep(page.Length < batch.Limit ? null : page[^1].Delivery.Id, busy));
        }
    }

    public ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            StoredEvent[] page =
            [
                .. _events.Values.Where(stored => stored.Event.Id.CompareTo(batch.After) > 0).Take(batch.Limit),
            ];
            foreach (var stored in page.Where(stored => stored.Reason != Erasure.Reason))
            {
                var collected = stored.Event;
                if (
                    _notifications.TryGetValue(collected.NotificationId, out var notification)
                    && batch.Find(notification.Tenant, collected.UserId, notification.AcceptedAt) is not null
                )
                {
                    Erase(stored);
                    EraseFrom(collected.NotificationId, null, collected.UserId!);
                }
            }

            return new(new ErasureStep(page.Length < batch.Limit ? null : page[^1].Event.Id, []));
        }
    }

    public ValueTask CompleteAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var erasure in erasures.Where(erasure => _erasures.ContainsValue(erasure)))
                _erasures.Remove((erasure.Tenant, erasure.UserId));
        }

        return ValueTask.CompletedTask;
    }

    private void Erase(StoredEvent stored)
    {
        if (stored.State == CollectedState.Waiting)
        {
            _digests[stored.Event.Key].Fence++;
            End(stored, CollectedState.Cancelled, null, Erasure.Reason);
        }

        stored.Erase();
    }

    private void EraseFrom(Guid notificationId, Address? address, string userId)
    {
        var hasOthers =
            _byNotification[notificationId].Any(stored => !stored.IsErased)
            || _events.Values.Any(stored => stored.Event.NotificationId == notificationId && stored.Reason != Erasure.Reason)
            || _expansions.Any(expansion => expansion.NotificationId == notificationId && expansion.DueAt is not null);
        var notification = _notifications[notificationId];
        if (ErasedNotification.From(notification, address is null ? [] : [address], [userId], hasOthers) is not { } erased)
            return;

        _labels.Remove(notification);
        _labels.Add(erased);
        _notifications[notificationId] = erased;
        if (!hasOthers)
            _byNotification[notificationId].ForEach(stored => stored.EraseLabels());
    }
}

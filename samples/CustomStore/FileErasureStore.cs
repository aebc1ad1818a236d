using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>Keeps erasures, and erases the data of removed users.</summary>
internal sealed class FileErasureStore(TenantFiles files) : IErasureStore
{
    public ValueTask RequestAsync(Erasure erasure, CancellationToken cancellationToken)
    {
        files.Change(erasure.Tenant, data => data.Erasures[erasure.UserId] = erasure);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<Erasure>> ListAsync(int limit, CancellationToken cancellationToken) =>
        new(
            files.ReadAll<IReadOnlyList<Erasure>>(tenants =>
                [
                    .. tenants
                        .SelectMany(data =>
                            data.Erasures.Values.OrderBy(erasure => erasure.RequestedAt)
                                .Select((erasure, turn) => (erasure, turn))
                        )
                        .OrderBy(waiting => waiting.turn)
                        .ThenBy(waiting => waiting.erasure.RequestedAt)
                        .Select(waiting => waiting.erasure)
                        .Take(limit),
                ]
            )
        );

    public ValueTask<ErasureStep> EraseDeliveriesAsync(ErasureBatch batch, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll(tenants =>
            {
                var page = TakePage(tenants, data => data.Deliveries, batch);
                var busy = new HashSet<Erasure>();
                foreach (var (data, _, stored) in page.Where(row => !row.Value.IsErased))
                {
                    var delivery = stored.Delivery;
                    if (batch.Find(delivery.Tenant, delivery.UserId, delivery.AcceptedAt) is not { } erasure)
                        continue;

                    if (stored.DueAt is not null && !stored.IsFree(batch.Now))
                        busy.Add(erasure);
                    else
                        data.Erase(stored, batch.Now);
                }

                return CreateStep(page, batch, busy);
            })
        );

    public ValueTask<ErasureStep> EraseEventsAsync(ErasureBatch batch, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll(tenants =>
            {
                var page = TakePage(tenants, data => data.Events, batch);
                foreach (var (data, _, stored) in page.Where(row => row.Value.Reason != Erasure.Reason))
                {
                    var acceptedAt = data.Notifications[stored.Event.NotificationId].AcceptedAt;
                    if (batch.Find(data.Tenant, stored.Event.UserId, acceptedAt) is not null)
                        data.Erase(stored);
                }

                return CreateStep(page, batch, busy: []);
            })
        );

    public ValueTask CompleteAsync(IReadOnlyList<Erasure> erasures, CancellationToken cancellationToken)
    {
        files.Change(erasures.Select(erasure => erasure.Tenant), tenants => erasures.Count(erasure =>
                // A later request has another time. It stays.
                tenants[erasure.Tenant].Erasures.GetValueOrDefault(erasure.UserId) == erasure
                && tenants[erasure.Tenant].Erasures.Remove(erasure.UserId)
            ));
        return ValueTask.CompletedTask;
    }

    private static (TenantData Data, Guid Id, T Value)[] TakePage<T>(
        IReadOnlyList<TenantData> tenants,
        Func<TenantData, IReadOnlyDictionary<Guid, T>> getRows,
        ErasureBatch batch
    ) =>
        [
            .. tenants
                .SelectMany(data => getRows(data).Select(row => (Data: data, Id: row.Key, row.Value)))
                .Where(row => row.Id.CompareTo(batch.After) > 0)
                .OrderBy(row => row.Id)
                .Take(batch.Limit),
        ];

    private static ErasureStep CreateStep<T>(
        (TenantData Data, Guid Id, T Value)[] page,
        ErasureBatch batch,
        IReadOnlyCollection<Erasure> busy
    ) => new(page.Length < batch.Limit ? null : page[^1].Id, busy);
}

using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>Finds and replays dead letters.</summary>
internal sealed class FileDeadLetterStore(TenantFiles files) : IDeadLetterStore
{
    public ValueTask<IReadOnlyList<DeliveryRecord>> ListAsync(
        DeadLetterFilter filter,
        DeadLetterPosition? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<DeliveryRecord>>(filter.Tenant, data =>
                [
                    .. Find(data, filter)
                        .Where(stored => after is not { } last || GetPosition(stored).CompareTo((last.EndedAt, last.Id)) < 0)
                        .OrderByDescending(GetPosition)
                        .Take(limit)
                        .Select(data.GetRecord),
                ]
            )
        );

    public ValueTask<long> CountAsync(DeadLetterFilter filter, CancellationToken cancellationToken) =>
        new(files.Read(filter.Tenant, data => Find(data, filter).LongCount()));

    public ValueTask<int> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        new(files.Change(request.Filter.Tenant, data =>
            {
                StoredDelivery[] replayed = [.. Find(data, request.Filter).OrderBy(GetPosition).Take(request.Limit)];
                foreach (var stored in replayed)
                    stored.Replay(request.Now, request.ExpiresAt);
                return replayed.Length;
            }));

    private static (DateTimeOffset EndedAt, Guid Id) GetPosition(StoredDelivery dead) => (dead.EndedAt!.Value, dead.Delivery.Id);

    private static IEnumerable<StoredDelivery> Find(TenantData data, DeadLetterFilter filter) =>
        data.Deliveries.Values.Where(stored =>
            stored.State == DeliveryState.DeadLetter
            && !stored.IsErased
            && filter.Ids?.Contains(stored.Delivery.Id) != false
            && (filter.Provider is null || filter.Provider == stored.Delivery.Provider)
            && (filter.Reason is null || stored.Reason?.Contains(filter.Reason, StringComparison.Ordinal) == true)
            && (filter.From is null || stored.EndedAt >= filter.From)
            && (filter.To is null || stored.EndedAt < filter.To)
        );
}

using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>Keeps the progress of expansions.</summary>
internal sealed class FileExpansionStore(TenantFiles files) : IExpansionStore
{
    public ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll<IReadOnlyList<ExpansionLease>>(tenants =>
            {
                var due = tenants
                    .SelectMany(tenant => tenant.Expansions, (tenant, expansion) => (Tenant: tenant, Expansion: expansion))
                    .Where(one => one.Expansion.DueAt <= request.Now)
                    .OrderBy(one => one.Expansion.DueAt)
                    .ToLookup(one => one.Tenant.Tenant);
                return
                [
                    .. request
                        .TakeTurns(due.Select(tenant => tenant.Key))
                        .SelectMany(tenant => due[tenant].Take(request.MaxPerTenant))
                        .Select(one =>
                            one.Expansion.Lease(one.Tenant.Notifications[one.Expansion.NotificationId], request.Until)
                        ),
                ];
            })
        );

    public ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken) =>
        new(files.Change(step.Lease.Notification.Tenant, data =>
            {
                if (FindLeased(data, step.Lease) is not { } expansion)
                    return false;

                expansion.Advance(step);
                foreach (var queued in step.Deliveries)
                    data.Add(queued, step.At);
                foreach (var collected in step.Digests)
                    data.Collect(collected);
                return true;
            }));

    public ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken) =>
        new(files.Change(failure.Lease.Notification.Tenant, data =>
            {
                if (FindLeased(data, failure.Lease) is not { } expansion)
                    return false;

                expansion.Fail(failure);
                return true;
            }));

    public ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    ) =>
        new(
            files.ReadAll<IReadOnlySet<Guid>>(tenants =>
                tenants
                    .SelectMany(tenant => tenant.GetDeliveries(notificationId))
                    .Select(stored => stored.AddressKey)
                    .OfType<Guid>()
                    .Intersect(addressKeys)
                    .ToHashSet()
            )
        );

    public ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<ExpansionProgress>>(tenant, data =>
                [
                    .. data
                        .Expansions.Where(expansion => expansion.NotificationId == notificationId)
                        .Select(expansion => expansion.GetProgress(data.Notifications[notificationId].AcceptedAt)),
                ]
            )
        );

    private static StoredExpansion? FindLeased(TenantData data, ExpansionLease lease) =>
        data.Expansions.Find(expansion => expansion.IsHeldBy(lease));
}

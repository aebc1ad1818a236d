namespace Notify.Storage.Files;

/// <summary>Keeps digests and their events.</summary>
internal sealed class FileDigestStore(TenantFiles files) : IDigestStore
{
    public ValueTask<IReadOnlyList<DigestLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        new(
            files.ChangeAll<IReadOnlyList<DigestLease>>(tenants =>
            {
                var due = tenants
                    .SelectMany(tenant => tenant.Digests, (tenant, digest) => (Tenant: tenant, digest.Key, digest.Value.DueAt))
                    .Where(digest => digest.DueAt <= request.Now)
                    .OrderBy(digest => digest.DueAt)
                    .ToLookup(digest => digest.Tenant.Tenant);
                return
                [
                    .. request
                        .TakeTurns(due.Select(tenant => tenant.Key))
                        .SelectMany(tenant => due[tenant].Take(request.MaxPerTenant))
                        .Select(digest => digest.Tenant.Lease(digest.Key, request.Until)),
                ];
            })
        );

    public ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken) =>
        new(files.Change(closing.Lease.Tenant, data => data.Close(closing)));

    public ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        new(files.Change(lease.Tenant, data =>
            {
                if (data.FindLeased(lease) is not { } digest)
                    return false;

                digest.Release(retryAt, digest.Failures + 1);
                return true;
            }));

    public ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    ) =>
        new(
            files.Read<IReadOnlyList<CollectedEvent>>(tenant, data =>
                [
                    .. data
                        .Events.Values.Where(stored =>
                            (ofSummary ? stored.SummaryId : stored.Event.NotificationId) == notificationId
                        )
                        .Take(limit)
                        .Select(stored => stored.ToRecord()),
                ]
            )
        );
}

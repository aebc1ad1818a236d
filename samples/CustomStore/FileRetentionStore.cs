using Notify.Storage.Files.Model;

namespace Notify.Storage.Files;

/// <summary>
/// Deletes expired data, one tenant after the other. A save writes a tenant's whole file, so that smaller batches would only cost
/// more.
/// </summary>
internal sealed class FileRetentionStore(TenantFiles files) : IRetentionStore
{
    public ValueTask<long> PurgeNotificationsAsync(
        DateTimeOffset acceptedBefore,
        int most,
        CancellationToken cancellationToken
    ) => new(Purge(data => data.Purge(acceptedBefore)));

    public ValueTask<long> PurgeIdempotencyKeysAsync(DateTimeOffset now, int most, CancellationToken cancellationToken) =>
        new(
            Purge(data =>
                data.IdempotencyKeys.Where(key => key.Value.ExpiresAt <= now)
                    .ToArray()
                    .LongCount(key => data.IdempotencyKeys.Remove(key.Key))
            )
        );

    public ValueTask<long> PurgePermitsAsync(DateTimeOffset takenBefore, int most, CancellationToken cancellationToken) =>
        new(Purge(data => PurgePermits(data, takenBefore)));

    public ValueTask<long> PurgeCountsAsync(DateTimeOffset before, int most, CancellationToken cancellationToken) =>
        new(files.ChangeAnalytics(data => (long)data.Counts.RemoveAll(count => count.Time < before)));

    private long Purge(Func<TenantData, long> purge) =>
        files
            .ReadAll<IReadOnlyList<string>>(tenants => [.. tenants.Select(data => data.Tenant)])
            .Sum(tenant => files.Change(tenant, purge));

    private static long PurgePermits(TenantData data, DateTimeOffset takenBefore)
    {
        var purged = 0L;
        foreach (var (name, category) in data.Permits.ToArray())
        {
            foreach (var (recipient, taken) in category.ToArray())
            {
                purged += taken.RemoveAll(time => time < takenBefore);
                if (taken.Count == 0)
                    category.Remove(recipient);
            }

            if (category.Count == 0)
                data.Permits.Remove(name);
        }

        return purged;
    }
}

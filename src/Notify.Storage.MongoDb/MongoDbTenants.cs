using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Queueing;
using Notify.Storage.PostgreSql;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Says whose turn it is. The tenants that have something due are the distinct values at one place of an index: the server jumps
/// from one to the next, and does not read the backlog.
/// </summary>
internal sealed class MongoDbTenants(MongoDbDatabase database)
{
    /// <summary>How many tenants one lease looks at; the next lease goes on behind them.</summary>
    private const int TenantsPerLease = 64;

    private readonly ConcurrentDictionary<(Priority Priority, string Provider), string> _lastServed = new();

    public async ValueTask<LeaseTurn[]> TurnsAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        if (request.Quotas.Count > 1 && !await IsAnythingDueAsync(request, cancellationToken).ConfigureAwait(false))
            return [];

        var tenants = await Task.WhenAll(request.Quotas.Select(quota => FindAsync(quota, request.Now, cancellationToken)))
            .ConfigureAwait(false);
        var turns = new List<LeaseTurn>();
        foreach (var (quota, found) in request.Quotas.Zip(tenants))
        {
            if (found.Length > 0)
                turns.Add(
                    new LeaseTurn(
                        quota,
                        [.. found.Select(tenant => (tenant, request.TenantAllowance?.Invoke(quota, tenant) ?? int.MaxValue))]
                    )
                );
        }

        return [.. turns];
    }

    public void Served(LeaseQuota quota, string lastTenant) => _lastServed[(quota.Priority, quota.Provider)] = lastTenant;

    public static BsonDocument DueIn(LeaseQuota quota, DateTimeOffset now) =>
        new()
        {
            { DeliveryField.Priority, (int)quota.Priority },
            { DeliveryField.Provider, quota.Provider },
            { DeliveryField.DueAt, new BsonDocument("$lte", now.ToBson()) },
        };

    // One question instead of one for each quota, which is what a worker that has nothing to do asks again and again.
    private async ValueTask<bool> IsAnythingDueAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var lanes = new BsonArray(request.Quotas.Select(quota => (int)quota.Priority).Distinct());
        var providers = new BsonArray(request.Quotas.Select(quota => quota.Provider).Distinct());
        var filter = new BsonDocument
        {
            { DeliveryField.Priority, new BsonDocument("$in", lanes) },
            { DeliveryField.Provider, new BsonDocument("$in", providers) },
            { DeliveryField.DueAt, new BsonDocument("$lte", request.Now.ToBson()) },
        };
        var found = await database
            .DeliveriesNow.FindAsync(
                null,
                filter,
                new BsonDocument(DeliveryField.Id, 1),
                limit: 1,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return found.Count > 0;
    }

    private async Task<string[]> FindAsync(LeaseQuota quota, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var cursor = await database
            .DeliveriesNow.DistinctAsync<string>(DeliveryField.Tenant, DueIn(quota, now), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var tenants = await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
        tenants.Sort(StringComparer.Ordinal);

        var last = _lastServed.GetValueOrDefault((quota.Priority, quota.Provider), "");
        return
        [
            .. tenants
                .Where(tenant => string.CompareOrdinal(tenant, last) > 0)
                .Concat(tenants.Where(tenant => string.CompareOrdinal(tenant, last) <= 0))
                .Take(TenantsPerLease),
        ];
    }
}

using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Finds the tenants whose turn it is. The tenants with due deliveries are the distinct values at one position of an index, and
/// the fields before it have one value each. The server then skips from one tenant to the next (<c>DISTINCT_SCAN</c>) without
/// reading the backlog. A search costs at most two steps in the index for each tenant with pending deliveries, on every shard,
/// and serves hundreds of deliveries: the shard key begins with the user, so no search by tenant can be sent to one shard.
/// </summary>
internal sealed class PendingTenants(StoreDatabase database)
{
    /// <summary>The number of tenants that one lease serves. The next lease continues after them.</summary>
    private const int TenantsPerLease = 64;

    /// <summary>The time for which the found tenants serve later leases, if one lease cannot serve all of them.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(Priority Priority, string Provider), string> _lastServed = new();
    private readonly ConcurrentDictionary<(Priority Priority, string Provider), Waiting> _waiting = new();

    public async ValueTask<TenantShares[]> TurnsAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        if (request.Slots.Count > 1 && !await IsAnythingDueAsync(request, cancellationToken).ConfigureAwait(false))
            return [];

        var tenants = await Task.WhenAll(request.Slots.Select(slots => FindAsync(slots, request.Now, cancellationToken)))
            .ConfigureAwait(false);
        var turns = new List<TenantShares>();
        foreach (var (slots, found) in request.Slots.Zip(tenants))
        {
            if (found.Length > 0)
                turns.Add(
                    new TenantShares(
                        slots,
                        [.. found.Select(tenant => (tenant, request.TenantLimit?.Invoke(slots, tenant) ?? int.MaxValue))]
                    )
                );
        }

        return [.. turns];
    }

    public void Served(LeaseSlots slots, string lastTenant) => _lastServed[(slots.Priority, slots.Provider)] = lastTenant;

    public static BsonDocument DueIn(LeaseSlots slots, DateTimeOffset now) =>
        new()
        {
            { DeliveryField.Priority, (int)slots.Priority },
            { DeliveryField.Provider, slots.Provider },
            { DeliveryField.DueAt, new BsonDocument("$lte", now.ToBsonValue()) },
        };

    // Asks once for all lanes instead of once for each. An idle worker asks nothing else.
    private async ValueTask<bool> IsAnythingDueAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var lanes = new BsonArray(request.Slots.Select(slots => (int)slots.Priority).Distinct());
        var providers = new BsonArray(request.Slots.Select(slots => slots.Provider).Distinct());
        var filter = new BsonDocument
        {
            { DeliveryField.Priority, new BsonDocument("$in", lanes) },
            { DeliveryField.Provider, new BsonDocument("$in", providers) },
            { DeliveryField.DueAt, new BsonDocument("$lte", request.Now.ToBsonValue()) },
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

    // The server reads one index entry for each tenant with pending deliveries. If there are thousands, one lease serves 64 of
    // them and leaves the others to the next leases, which need not query again.
    private async Task<string[]> FindAsync(LeaseSlots slots, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lane = (slots.Priority, slots.Provider);
        if (_waiting.TryRemove(lane, out var kept) && (now - kept.FoundAt).Duration() < Kept)
            return Take(lane, kept);

        var tenants = await FindInTurnAsync(slots, now, cancellationToken).ConfigureAwait(false);
        return Take(lane, new Waiting(now, tenants));
    }

    private string[] Take((Priority, string) lane, Waiting waiting)
    {
        if (waiting.Tenants.Length > TenantsPerLease)
            _waiting[lane] = waiting with { Tenants = waiting.Tenants[TenantsPerLease..] };
        return [.. waiting.Tenants.Take(TenantsPerLease)];
    }

    private async ValueTask<string[]> FindInTurnAsync(LeaseSlots slots, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var tenants = await database
            .DeliveriesNow.FindValuesAsync<string>(DeliveryField.Tenant, DueIn(slots, now), cancellationToken)
            .ConfigureAwait(false);
        tenants.Sort(StringComparer.Ordinal);

        var last = _lastServed.GetValueOrDefault((slots.Priority, slots.Provider), "");
        return
        [
            .. tenants
                .Where(tenant => string.CompareOrdinal(tenant, last) > 0)
                .Concat(tenants.Where(tenant => string.CompareOrdinal(tenant, last) <= 0)),
        ];
    }

    private sealed record Waiting(DateTimeOffset FoundAt, string[] Tenants);
}

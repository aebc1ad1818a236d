using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Finds the documents that are due in a collection with the fields <c>tenant</c> and <c>dueAt</c>, in turn among tenants.
/// </summary>
internal static class TurnLeases
{
    public const string Tenant = "tenant";
    public const string DueAt = "dueAt";

    /// <summary>The order of an index that each of the collections has.</summary>
    private static readonly BsonDocument InTurn = new() { { Tenant, 1 }, { DueAt, 1 } };

    /// <summary>The number of times that a lease searches again after other processes took what it had found.</summary>
    private const int MostLooks = 10;

    /// <summary>
    /// Leases due documents, in turn among tenants. Workers that search at the same time find the same documents; a worker
    /// that loses some of them to others searches for more.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="request">The request.</param>
    /// <param name="take">Leases those of the found documents that no other worker has leased meanwhile.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static async ValueTask<List<TLease>> LeaseDueAsync<TLease>(
        this IMongoCollection<BsonDocument> collection,
        DueRequest request,
        Func<List<BsonDocument>, ValueTask<IReadOnlyList<Taken<TLease>>>> take,
        CancellationToken cancellationToken
    )
        where TLease : class
    {
        var leases = new List<TLease>();
        var ofTenant = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var looks = 1; looks <= MostLooks; looks++)
        {
            var due = await collection.FindDueAsync(request, cancellationToken).ConfigureAwait(false);
            List<BsonDocument> wanted =
            [
                .. due.GroupBy(document => document[Tenant].AsString)
                    .SelectMany(group => group.Take(request.MaxPerTenant - ofTenant.GetValueOrDefault(group.Key))),
            ];
            if (wanted.Count == 0)
                break;

            var taken = await take(wanted).ConfigureAwait(false);
            foreach (var (tenant, lease, _) in taken)
            {
                if (lease is null)
                    continue;
                leases.Add(lease);
                ofTenant[tenant] = ofTenant.GetValueOrDefault(tenant) + 1;
            }

            if (!taken.Any(one => one.ByAnother))
                break;
        }

        return leases;
    }

    // Begins after the tenant that was served last, and wraps around to the first.
    private static async ValueTask<List<BsonDocument>> FindDueAsync(
        this IMongoCollection<BsonDocument> collection,
        DueRequest request,
        CancellationToken cancellationToken
    )
    {
        var due = new List<BsonDocument>();
        if (request.AfterTenant.Length == 0)
        {
            await collection
                .AddDueAsync(due, request, "$gte", "", null, request.MaxTenants, cancellationToken)
                .ConfigureAwait(false);
            return due;
        }

        var after = request.AfterTenant;
        var left = await collection
            .AddDueAsync(due, request, "$gt", after, null, request.MaxTenants, cancellationToken)
            .ConfigureAwait(false);
        await collection.AddDueAsync(due, request, "$gte", "", after, left, cancellationToken).ConfigureAwait(false);
        return due;
    }

    /// <summary>
    /// Adds the oldest due documents of each tenant in a range, for at most <paramref name="tenants"/> tenants. Returns how many
    /// tenants may follow. Each search reads at most as many documents as one tenant may have, in the order of an index, and
    /// completes at least one tenant. A lease therefore reads a bounded number of documents, however many tenants there are and
    /// however much is due.
    /// </summary>
    private static async ValueTask<int> AddDueAsync(
        this IMongoCollection<BsonDocument> collection,
        List<BsonDocument> due,
        DueRequest request,
        string comparison,
        string from,
        string? to,
        int tenants,
        CancellationToken cancellationToken
    )
    {
        while (tenants > 0)
        {
            var range = new BsonDocument(comparison, from)
                .With("$lte", to)
                .With("$nin", request.ExceptTenants.Count == 0 ? null : new BsonArray(request.ExceptTenants));
            var filter = new BsonDocument { { Tenant, range }, { DueAt, new BsonDocument("$lte", request.Now.ToBsonValue()) } };
            var found = await collection
                .FindAsync(null, filter, sort: InTurn, limit: request.MaxPerTenant, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            var ofTenants = found.GroupBy(document => document[Tenant].AsString).ToArray();
            // If the search stopped at its limit, the last of several tenants may have more.
            var mayBeCut = found.Count == request.MaxPerTenant && ofTenants.Length > 1;
            IGrouping<string, BsonDocument>[] complete = [.. ofTenants.SkipLast(mayBeCut ? 1 : 0).Take(tenants)];
            due.AddRange(complete.SelectMany(documents => documents));
            tenants -= complete.Length;
            if (found.Count < request.MaxPerTenant)
                break;
            (comparison, from) = ("$gt", complete[^1].Key);
        }

        return tenants;
    }
}

/// <summary>The result of leasing a document that was found due.</summary>
/// <param name="Tenant">The tenant of the document.</param>
/// <param name="Lease">The lease; null if there is nothing to do.</param>
/// <param name="ByAnother">Whether another worker leased the document first.</param>
internal readonly record struct Taken<TLease>(string Tenant, TLease? Lease, bool ByAnother)
    where TLease : class;

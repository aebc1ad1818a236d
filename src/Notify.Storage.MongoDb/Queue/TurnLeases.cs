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

    private static readonly BsonDocument OldestFirst = new(DueAt, 1);

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

    private static async ValueTask<List<BsonDocument>> FindDueAsync(
        this IMongoCollection<BsonDocument> collection,
        DueRequest request,
        CancellationToken cancellationToken
    )
    {
        var isDue = new BsonDocument("$lte", request.Now.ToBsonValue());
        var tenants = await collection
            .FindValuesAsync<string>(Tenant, new BsonDocument(DueAt, isDue), cancellationToken)
            .ConfigureAwait(false);
        var due = new List<BsonDocument>();
        foreach (var tenant in request.TakeTurns(tenants))
        {
            due.AddRange(
                await collection
                    .FindAsync(
                        null,
                        new BsonDocument { { Tenant, tenant }, { DueAt, isDue } },
                        sort: OldestFirst,
                        limit: request.MaxPerTenant,
                        cancellationToken: cancellationToken
                    )
                    .ConfigureAwait(false)
            );
        }

        return due;
    }
}

/// <summary>The result of leasing a document that was found due.</summary>
/// <param name="Tenant">The tenant of the document.</param>
/// <param name="Lease">The lease; null if there is nothing to do.</param>
/// <param name="ByAnother">Whether another worker leased the document first.</param>
internal readonly record struct Taken<TLease>(string Tenant, TLease? Lease, bool ByAnother)
    where TLease : class;

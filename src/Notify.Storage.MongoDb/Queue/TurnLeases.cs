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

    /// <summary>How often a lease looks again, where others took what it had found.</summary>
    private const int MostLooks = 10;

    /// <summary>
    /// Leases what is due, in turn among tenants. Several workers find the same documents first; one that loses some to others
    /// looks for more.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="take">Takes those of the found documents that no other has taken meanwhile.</param>
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
/// <param name="Tenant">Its tenant.</param>
/// <param name="Lease">The lease, where it has something to do.</param>
/// <param name="ByAnother">Whether another worker was faster.</param>
internal readonly record struct Taken<TLease>(string Tenant, TLease? Lease, bool ByAnother)
    where TLease : class;

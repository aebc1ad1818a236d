using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Planning;

namespace Notify.Storage.MongoDb;

/// <summary>
/// Finds the documents that are due in a collection with the fields <c>tenant</c> and <c>dueAt</c>, in turn among tenants.
/// </summary>
internal static class MongoDbTurns
{
    public const string Tenant = "tenant";
    public const string DueAt = "dueAt";

    private static readonly BsonDocument OldestFirst = new(DueAt, 1);

    public static async ValueTask<List<BsonDocument>> FindDueAsync(
        this IMongoCollection<BsonDocument> collection,
        DueRequest request,
        CancellationToken cancellationToken
    )
    {
        var isDue = new BsonDocument("$lte", request.Now.ToBson());
        using var cursor = await collection
            .DistinctAsync<string>(Tenant, new BsonDocument(DueAt, isDue), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var tenants = await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
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

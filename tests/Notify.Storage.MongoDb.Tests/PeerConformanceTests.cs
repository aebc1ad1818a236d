using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Conformance.Storage;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// The conformance suites against the scripted peer, where every command fails in turn: nothing may be lost, nothing may happen
/// twice, and no caller may hear of a failure that passes. They need no MongoDB, so they run everywhere.
/// </summary>
public sealed class PeerQueueConformanceTests : DeliveryQueueConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FaultyPeer.OpenAsync();
}

public sealed class PeerStoreConformanceTests : StoreConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FaultyPeer.OpenAsync();
}

public sealed class PeerQueueModelConformanceTests : DeliveryQueueModelConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FaultyPeer.OpenAsync();
}

public sealed class PeerDurabilityConformanceTests : DurabilityConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FaultyPeer.OpenAsync();
}

public sealed class PeerRetentionConformanceTests : RetentionConformance
{
    protected override ValueTask<ConformanceStore> OpenAsync() => FaultyPeer.OpenAsync();
}

internal static class FaultyPeer
{
    /// <summary>Opens another store instead, for a test that runs the facts of these classes itself.</summary>
    public static AsyncLocal<Func<ValueTask<ConformanceStore>>?> Instead { get; } = new();

    public static async ValueTask<ConformanceStore> OpenAsync()
    {
        if (Instead.Value is { } open)
            return await open();

        var test = TestContext.Current.Test!.TestDisplayName;
        // Half of the tests run as on a sharded cluster, by the parity of the length: any stable property would do.
        return await OpenAsync(isRouter: test.Length % 2 == 0, database => new FaultPlan(database, test).Execute);
    }

    /// <summary>Opens a store on a peer of its own.</summary>
    /// <param name="isRouter">
    /// Whether the peer is a router whose collections are sharded, or the primary of a replica set.
    /// </param>
    /// <param name="createScript">Creates the script that answers for the database.</param>
    public static async ValueTask<ConformanceStore> OpenAsync(
        bool isRouter,
        Func<PeerDatabase, Func<BsonDocument, BsonDocument?>> createScript
    )
    {
        var database = new PeerDatabase();
        var server = isRouter
            ? ScriptedServer.StartRouter(keepsCommands: false)
            : ScriptedServer.StartPrimary(keepsCommands: false);
        server.Script = database.Execute;
        try
        {
            if (isRouter)
            {
                using var client = new MongoClient(server.ConnectionString);
                await MongoDbSharding.ApplyAsync(client, "notify");
            }

            server.Script = createScript(database);
            return await ConformanceStore.OpenAsync(
                notifications => notifications.UseMongoDb(server.ConnectionString),
                () =>
                {
                    server.Dispose();
                    return ValueTask.CompletedTask;
                }
            );
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }
}

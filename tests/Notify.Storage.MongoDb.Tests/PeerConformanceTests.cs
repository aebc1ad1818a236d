using Microsoft.Extensions.DependencyInjection;
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

        var server = ScriptedServer.StartPrimary(keepsCommands: false);
        server.Script = new FaultPlan(new PeerDatabase()).Execute;
        return await ConformanceStore.OpenAsync(
            notifications => notifications.UseMongoDb(server.ConnectionString),
            () =>
            {
                server.Dispose();
                return ValueTask.CompletedTask;
            }
        );
    }
}

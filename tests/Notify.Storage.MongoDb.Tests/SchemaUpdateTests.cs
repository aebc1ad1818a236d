using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Notify.Conformance.Storage;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>A start that only checks the indexes, because another process creates them.</summary>
public sealed class SchemaUpdateTests : IDisposable
{
    private readonly ScriptedServer _server = ScriptedServer.StartPrimary();
    private readonly PeerDatabase _database = new();

    public SchemaUpdateTests() => _server.Script = _database.Execute;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_start_without_updates_needs_every_index_and_creates_none()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(updateSchema: false));
        Assert.Contains("lacks indexes of this version of Notify: deliveries.due_", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Commands, command => command.Contains("createIndexes"));

        await StartAsync(updateSchema: true);
        await StartAsync(updateSchema: false);

        var index = GetIndexes("expansions").First(name => name != "_id_");
        _database.Execute(
            new BsonDocument
            {
                { "dropIndexes", "expansions" },
                { "index", index },
                { "$db", "notify" },
            }
        );
        refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(updateSchema: false));
        Assert.Contains(
            $"lacks indexes of this version of Notify: expansions.{index}.",
            refusal.Message,
            StringComparison.Ordinal
        );
    }

    private async Task StartAsync(bool updateSchema)
    {
        await using var store = await ConformanceStore.OpenAsync(notifications =>
            notifications.UseMongoDb(options =>
            {
                options.ConnectionString = _server.ConnectionString;
                options.UpdateSchema = updateSchema;
            })
        );
    }

    private string[] GetIndexes(string collection)
    {
        var answer = _database.Execute(new BsonDocument { { "listIndexes", collection }, { "$db", "notify" } })!;
        return [.. answer["cursor"]["firstBatch"].AsBsonArray.Select(index => index["name"].AsString)];
    }
}

using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Tests;

public sealed class ShardingTests
{
    [Fact]
    public async Task A_cluster_is_told_what_each_collection_is_sharded_by()
    {
        using var router = ScriptedServer.StartRouter();
        using var client = new MongoClient(router.ConnectionString);

        var sharded = await MongoDbSharding.ApplyAsync(client, "shop", TestContext.Current.CancellationToken);

        var keys = router
            .Commands.Where(command => command.Contains("shardCollection"))
            .ToDictionary(command => command["shardCollection"].AsString, command => command["key"].AsBsonDocument);
        Assert.Equal(sharded.Select(collection => $"shop.{collection}").Order(), keys.Keys.Order());
        Assert.Equal("shop", Assert.Single(router.Commands, command => command.Contains("enableSharding"))["enableSharding"]);
        Assert.Equal(new BsonDocument { { "user", "hashed" }, { "tenant", 1 } }, keys["shop.deliveries"]);
        Assert.Equal(new BsonDocument { { "user", "hashed" }, { "tenant", 1 } }, keys["shop.devices"]);
        Assert.Equal(new BsonDocument("_id", "hashed"), keys["shop.notifications"]);
        Assert.Equal("tenant", keys["shop.analytics"].GetElement(0).Name);
    }

    [Fact]
    public async Task Each_key_has_its_index_before_its_collection_is_sharded()
    {
        using var router = ScriptedServer.StartRouter();
        using var client = new MongoClient(router.ConnectionString);

        await MongoDbSharding.ApplyAsync(client, "shop", TestContext.Current.CancellationToken);

        BsonDocument[] commands = [.. router.Commands];
        foreach (var shard in commands.Where(command => command.Contains("shardCollection")))
        {
            var before = commands.TakeWhile(command => command != shard);
            Assert.Contains(before, command =>
                command.Contains("createIndexes")
                && $"shop.{command["createIndexes"]}" == shard["shardCollection"]
                && command["indexes"][0]["key"] == shard["key"]
            );
        }
    }

    [Fact]
    public async Task A_server_that_is_no_router_is_refused_with_what_to_do()
    {
        using var primary = ScriptedServer.StartPrimary();
        using var client = new MongoClient(primary.ConnectionString);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            MongoDbSharding.ApplyAsync(client, "shop", TestContext.Current.CancellationToken)
        );

        Assert.Contains("Connect it to mongos routers", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(primary.Commands, command => command.Contains("shardCollection"));
    }
}

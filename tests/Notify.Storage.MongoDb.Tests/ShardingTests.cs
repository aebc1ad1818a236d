using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Tests;

public sealed partial class ShardingTests
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
    public async Task The_page_lists_each_collection_with_its_key()
    {
        using var router = ScriptedServer.StartRouter();
        using var client = new MongoClient(router.ConnectionString);
        await MongoDbSharding.ApplyAsync(client, "shop", TestContext.Current.CancellationToken);

        var page = await File.ReadAllTextAsync(
            Path.Combine(FindRoot(), "docs", "how-to", "shard-mongodb.md"),
            TestContext.Current.CancellationToken
        );
        var listed =
            from row in Row().Matches(page)
            let key = BsonDocument.Parse(row.Groups["key"].Value)
            from name in row.Groups["names"].Value.Split(", ")
            select $"shop.{name.Trim('`')} {key}";

        var sharded = router
            .Commands.Where(command => command.Contains("shardCollection"))
            .Select(command => $"{command["shardCollection"]} {command["key"]}");
        Assert.Equal(sharded.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
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

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Notify.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder.FullName;
    }

    [GeneratedRegex("""^\| (?<names>`[^|]+`) \| `(?<key>\{[^|]+\})` \|""", RegexOptions.Multiline)]
    private static partial Regex Row();
}

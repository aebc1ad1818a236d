using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Conformance.Storage;

namespace Notify.Storage.MongoDb.Tests;

public sealed class MongoDbNewerVersionTests(MongoDbServer server) : NewerVersionConformance
{
    private string _database = "";

    protected override async ValueTask<ConformanceStore> OpenAsync()
    {
        _database = await server.CreateDatabaseAsync();
        return await ConformanceStore.OpenAsync(
            notifications =>
                notifications.UseMongoDb(options =>
                    (options.ConnectionString, options.Database) = (server.ConnectionString, _database)
                ),
            async () => await server.DropDatabaseAsync(_database)
        );
    }

    protected override async ValueTask WriteUnknownMembersAsync()
    {
        using var client = new MongoClient(server.ConnectionString);
        var database = client.GetDatabase(_database);
        var deliveries = database.GetCollection<BsonDocument>("deliveries");
        var sent = await deliveries.Find(new BsonDocument("state", 1)).SingleAsync();
        sent["state"] = 7;
        sent["attempts"] = Replace(sent["attempts"], "\"sent\"", "\"greeted\"");
        sent["receipts"] = Replace(sent["receipts"], "\"delivered\"", "\"noticed\"");
        await deliveries.ReplaceOneAsync(new BsonDocument("_id", sent["_id"]), sent);
        await deliveries.UpdateOneAsync(
            new BsonDocument("address", LaterAddress),
            new BsonDocument("$set", new BsonDocument("priority", 9))
        );
        var notifications = database.GetCollection<BsonDocument>("notifications");
        var notification = await notifications.Find(new BsonDocument()).SingleAsync();
        var trigger = Encoding.UTF8.GetString(notification["trigger"].AsByteArray);
        await notifications.UpdateOneAsync(
            new BsonDocument("_id", notification["_id"]),
            new BsonDocument(
                "$set",
                new BsonDocument(
                    "trigger",
                    Encoding.UTF8.GetBytes(trigger.Replace("\"bulk\"", "\"urgent\"", StringComparison.Ordinal))
                )
            )
        );
    }

    private static BsonArray Replace(BsonValue texts, string from, string to) =>
        [.. texts.AsBsonArray.Select(text => text.AsString.Replace(from, to, StringComparison.Ordinal))];
}

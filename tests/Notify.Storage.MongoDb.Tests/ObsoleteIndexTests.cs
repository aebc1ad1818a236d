using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Notify.Conformance.Storage;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>The indexes of earlier versions, which a start drops when no process needs them any more.</summary>
public sealed class ObsoleteIndexTests : IDisposable
{
    private const string Digests = "digests";
    private const string OfEarlierVersion = "due_8c509b6f";

    private static readonly DateTimeOffset s_now = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly ScriptedServer _server = ScriptedServer.StartPrimary();
    private readonly PeerDatabase _database = new();

    public ObsoleteIndexTests() => _server.Script = _database.Execute;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task An_index_of_an_earlier_version_is_kept_for_a_rolling_update_and_dropped_a_day_later()
    {
        CreateIndex(Digests, OfEarlierVersion, new BsonDocument("dueAt", 1));

        await StartAsync(s_now);
        await StartAsync(s_now.AddHours(23));
        Assert.Contains(OfEarlierVersion, GetIndexes(Digests));

        await StartAsync(s_now.AddHours(24));
        Assert.DoesNotContain(OfEarlierVersion, GetIndexes(Digests));
        Assert.Contains(GetIndexes(Digests), name => name.StartsWith("tenant_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_index_that_a_rollback_creates_again_is_kept_for_another_day()
    {
        CreateIndex(Digests, OfEarlierVersion, new BsonDocument("dueAt", 1));
        await StartAsync(s_now);
        await StartAsync(s_now.AddDays(1));
        CreateIndex(Digests, OfEarlierVersion, new BsonDocument("dueAt", 1));

        await StartAsync(s_now.AddDays(10));
        Assert.Contains(OfEarlierVersion, GetIndexes(Digests));

        await StartAsync(s_now.AddDays(11));
        Assert.DoesNotContain(OfEarlierVersion, GetIndexes(Digests));
    }

    [Fact]
    public async Task An_index_that_serves_the_queries_under_an_old_name_and_one_of_an_operator_are_never_dropped()
    {
        CreateIndex("devices", "user", new BsonDocument { { "user", 1 }, { "tenant", 1 } });
        CreateIndex("devices", "device", new BsonDocument { { "tenant", 1 }, { "device", 1 } });
        CreateIndex("devices", "report", new BsonDocument("platform", 1));

        await StartAsync(s_now);
        await StartAsync(s_now.AddDays(2));

        string[] kept = ["list_21998014", "report", "token_60e0e963", "user"];
        Assert.Equal(kept, GetIndexes("devices").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_start_that_may_not_drop_an_index_succeeds()
    {
        CreateIndex(Digests, OfEarlierVersion, new BsonDocument("dueAt", 1));
        await StartAsync(s_now);
        _server.Script = command =>
            command.Contains("dropIndexes")
                ? new PeerError(13, "Unauthorized", "not authorized").CreateAnswer()
                : _database.Execute(command);

        await StartAsync(s_now.AddDays(1));

        Assert.Single(_server.Commands, command => command.Contains("dropIndexes"));
        Assert.Contains(OfEarlierVersion, GetIndexes(Digests));
    }

    private async Task StartAsync(DateTimeOffset at)
    {
        await using var store = await ConformanceStore.OpenAsync(notifications =>
        {
            notifications.UseMongoDb(_server.ConnectionString);
            notifications.Services.AddSingleton<TimeProvider>(new TimeAt(at));
        });
    }

    private void CreateIndex(string collection, string name, BsonDocument key) =>
        _database.Execute(
            new BsonDocument
            {
                { "createIndexes", collection },
                {
                    "indexes",
                    new BsonArray
                    {
                        new BsonDocument { { "name", name }, { "key", key } },
                    }
                },
                { "$db", "notify" },
            }
        );

    private string[] GetIndexes(string collection)
    {
        var answer = _database.Execute(new BsonDocument { { "listIndexes", collection }, { "$db", "notify" } })!;
        return [.. answer["cursor"]["firstBatch"].AsBsonArray.Select(index => index["name"].AsString)];
    }

    private sealed class TimeAt(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Load.Full;
using Notify.Load.Hosts;
using Notify.Load.Measuring;

namespace Notify.Load.MongoDb;

/// <summary>
/// The whole way of a notification in one process, as in <c>postgres</c>, with the MongoDB server that <c>NOTIFY_TEST_MONGODB</c>
/// names: trigger, durable on a majority, a provider that accepts at once, settlement. A wait is the time until a caller's
/// trigger is durable. The details have the commands of a delivery, by the driver's command monitoring.
/// </summary>
internal static class MongoDbScenario
{
    public const string Name = "mongodb";

    private const int Concurrent = 64;

    private const double Reach = 0.75;

    /// <summary>The words for a run without a server.</summary>
    public const string Missing = $"Set {MongoDbStore.Variable} to the connection string of a MongoDB server.";

    /// <summary>Gets whether there is a server to measure.</summary>
    public static bool HasServer => Environment.GetEnvironmentVariable(MongoDbStore.Variable) is { Length: > 0 };

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 60_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        arguments.RefuseUnknown();
        if (!HasServer)
            throw new ArgumentException(Missing);

        using var commands = new CommandCounter(Environment.GetEnvironmentVariable(MongoDbStore.Variable)!);
        long sent = 0;
        var result = await Comparison.RunAsync(
            Name,
            pairs,
            async () =>
            {
                var (turn, counted) = await NotifyAsync(commands, count);
                sent = counted;
                return turn;
            },
            () => CeilingAsync(commands.Client, count)
        );
        var details = new Dictionary<string, double> { ["commands_per_delivery"] = Math.Round((double)sent / count, 3) };
        (result.AtLeast(Reach) with { Details = details }).Print();
        return 0;
    }

    private static async Task<(Turn Turn, long Commands)> NotifyAsync(CommandCounter commands, int count)
    {
        await using var database = new TurnCollections(commands.Client);
        await using var application = await Application.StartAsync(database.Use);
        var before = commands.Count;
        var turn = await application.SendAsync(count, Concurrent);
        return (turn, commands.Count - before);
    }

    private static async Task<Turn> CeilingAsync(IMongoClient client, int count)
    {
        await using var database = new TurnCollections(client);
        await using (var application = await Application.StartAsync(database.Use))
            await application.SendAsync(1, callers: 1);
        return await MongoDbCeiling.RunAsync(database, count, Concurrent);
    }

    /// <summary>A database for one turn, in which Notify creates its collections and indexes.</summary>
    internal sealed class TurnCollections(IMongoClient client) : IAsyncDisposable
    {
        private readonly string _name = $"turn_{Guid.NewGuid():N}";

        public IMongoCollection<BsonDocument> this[string collection] =>
            client
                .GetDatabase(_name)
                .GetCollection<BsonDocument>(collection)
                .WithWriteConcern(WriteConcern.WMajority.With(journal: true));

        public void Use(INotificationsBuilder builder) =>
            builder.UseMongoDb(options => (options.Client, options.Database) = (client, _name));

        public async ValueTask DisposeAsync() => await client.DropDatabaseAsync(_name);
    }
}

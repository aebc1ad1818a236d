using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Load.Full;

/// <summary>A MongoDB server that is already running.</summary>
internal sealed class MongoDbStore(string connectionString) : IFilledStore
{
    /// <summary>The environment variable with the address of the server.</summary>
    public const string Variable = "NOTIFY_TEST_MONGODB";

    private readonly MongoClient _client = new(connectionString);

    public string Name => "mongodb";

    public Task<IFilledDatabase> CreateAsync() =>
        Task.FromResult<IFilledDatabase>(new Database(_client, $"full_{Guid.NewGuid():N}"));

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }

    private sealed class Database(IMongoClient client, string name) : IFilledDatabase
    {
        private const int Step = 10_000;

        private readonly IMongoDatabase _database = client.GetDatabase(name);

        public void Use(INotificationsBuilder builder) =>
            builder.UseMongoDb(options =>
            {
                options.Client = client;
                options.Database = name;
            });

        public async Task MultiplyAsync(StorePlan plan, Guid notification)
        {
            var notifications = _database.GetCollection<BsonDocument>("notifications");
            var deliveries = _database.GetCollection<BsonDocument>("deliveries");
            var everything = FilterDefinition<BsonDocument>.Empty;
            var model = await notifications.Find(new BsonDocument("_id", Id(notification))).SingleAsync();
            var models = (await deliveries.Find(everything).ToListAsync()).ToDictionary(delivery =>
                (DeliveryState)delivery["state"].AsInt32
            );
            await notifications.DeleteManyAsync(everything);
            await deliveries.DeleteManyAsync(everything);
            var unordered = new InsertManyOptions { IsOrdered = false };
            foreach (var numbers in Enumerable.Range(1, plan.Count).Chunk(Step))
            {
                await notifications.InsertManyAsync(numbers.Select(number => CopyNotification(model, plan, number)), unordered);
                await deliveries.InsertManyAsync(
                    numbers.Select(number => CopyDelivery(models[plan.GetState(number)], plan, number)),
                    unordered
                );
            }
        }

        public async ValueTask DisposeAsync() => await client.DropDatabaseAsync(name);

        private static BsonDocument CopyNotification(BsonDocument model, StorePlan plan, int number)
        {
            var copy = (BsonDocument)model.DeepClone();
            copy["_id"] = Id(plan.GetNotificationId(number));
            copy["acceptedAt"] = plan.GetAcceptedAt(number);
            copy["expiresAt"] = plan.Now.AddDays(30);
            return copy;
        }

        private static BsonDocument CopyDelivery(BsonDocument model, StorePlan plan, int number)
        {
            var (accepted, isWaiting) = (plan.GetAcceptedAt(number), plan.GetState(number) == DeliveryState.Pending);
            var copy = (BsonDocument)model.DeepClone();
            copy["_id"] = Id(plan.GetDeliveryId(number));
            copy["notification"] = Id(plan.GetNotificationId(number));
            copy["address"] = $"{number}@example.org";
            copy["user"] = $"{number}@example.org";
            copy["acceptedAt"] = accepted;
            copy["notBefore"] = isWaiting ? plan.GetDueAt(number) : accepted;
            copy["expiresAt"] = plan.Now.AddDays(30);
            if (isWaiting)
                copy["dueAt"] = plan.GetDueAt(number);
            else
                copy["endedAt"] = accepted.AddSeconds(1);
            return copy;
        }

        private static BsonBinaryData Id(Guid id) => new(id, GuidRepresentation.Standard);
    }
}

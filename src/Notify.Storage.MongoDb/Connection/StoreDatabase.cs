using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// The collections. A write has succeeded when a majority of the replica set has it in its journal; the primary is read, and only
/// what a majority has, but for the queue's search for work: what it finds it takes by a write that says what must still be so.
/// </summary>
internal sealed class StoreDatabase : IDisposable
{
    // A majority that is gone must fail a caller, not hold it for ever.
    private static readonly WriteConcern Durable = WriteConcern.WMajority.With(wTimeout: TimeSpan.FromSeconds(30), journal: true);

    private readonly IMongoClient _client;
    private readonly bool _isOwnClient;

    public StoreDatabase(IOptions<MongoDbStoreOptions> options)
    {
        _isOwnClient = options.Value.Client is null;
        _client = options.Value.Client ?? Connect(options.Value.ConnectionString);
        Database = _client
            .GetDatabase(options.Value.Database)
            .WithWriteConcern(Durable)
            .WithReadPreference(ReadPreference.Primary)
            .WithReadConcern(ReadConcern.Majority);
    }

    public IMongoDatabase Database { get; }

    public IMongoCollection<BsonDocument> Notifications => GetCollection("notifications");

    public IMongoCollection<BsonDocument> Deliveries => GetCollection("deliveries");

    /// <summary>The deliveries as the primary has them now: for finding work, and for writes that look first.</summary>
    public IMongoCollection<BsonDocument> DeliveriesNow => Now("deliveries");

    public IMongoCollection<BsonDocument> NotificationsNow => Now("notifications");

    public IMongoCollection<BsonDocument> Idempotency => GetCollection("idempotency");

    public IMongoCollection<BsonDocument> Expansions => Now("expansions");

    public IMongoCollection<BsonDocument> Digests => Now("digests");

    public IMongoCollection<BsonDocument> DigestEvents => Now("digestEvents");

    public IMongoCollection<BsonDocument> Throttles => Now("throttles");

    public IMongoCollection<BsonDocument> Users => GetCollection("users");

    public IMongoCollection<BsonDocument> Devices => Now("devices");

    public IMongoCollection<BsonDocument> Subscriptions => GetCollection("subscriptions");

    /// <summary>The topics that ever had a subscriber.</summary>
    public IMongoCollection<BsonDocument> Topics => GetCollection("topics");

    /// <summary>The erasures of removed users that are not complete.</summary>
    public IMongoCollection<BsonDocument> Erasures => GetCollection("erasures");

    public IMongoCollection<BsonDocument> Templates => GetCollection("templates");

    public IMongoCollection<BsonDocument> DeliveryCounts => GetCollection("deliveryCounts");

    public IMongoCollection<BsonDocument> SharedTokens => Now("sharedTokens");

    /// <summary>The collection in which the store keeps the version of its form.</summary>
    public IMongoCollection<BsonDocument> Housekeeping => GetCollection("housekeeping");

    public void Dispose()
    {
        if (_isOwnClient)
            _client.Dispose();
    }

    private IMongoCollection<BsonDocument> GetCollection(string name) => Database.GetCollection<BsonDocument>(name);

    private IMongoCollection<BsonDocument> Now(string name) => GetCollection(name).WithReadConcern(ReadConcern.Local);

    private static MongoClient Connect(string connectionString)
    {
        var settings = MongoClientSettings.FromConnectionString(connectionString);
        settings.ApplicationName ??= "Notify";
        return new MongoClient(settings);
    }
}

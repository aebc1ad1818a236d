using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Notify.Storage.MongoDb.Connection;

/// <summary>
/// The collections of the store. A write succeeds once a majority of the replica set has it in its journal. Reads go to the
/// primary and return only data that a majority has. The search for due deliveries is an exception: it reads the newest data
/// of the primary, and each delivery that it finds is leased by a write that checks the delivery again.
/// </summary>
internal sealed class StoreDatabase : IDisposable
{
    // If the majority is lost, a call must fail instead of waiting forever.
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

    /// <summary>
    /// Gets the deliveries as the primary has them now, to find due ones and for writes that depend on a read.
    /// </summary>
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

    /// <summary>Gets the topics that ever had a subscriber.</summary>
    public IMongoCollection<BsonDocument> Topics => GetCollection("topics");

    /// <summary>Gets the erasures of removed users that are not complete.</summary>
    public IMongoCollection<BsonDocument> Erasures => GetCollection("erasures");

    public IMongoCollection<BsonDocument> Templates => GetCollection("templates");

    public IMongoCollection<BsonDocument> Documents => GetCollection("documents");

    /// <summary>Gets the documents as the primary has them now, for changes, which check what they have read.</summary>
    public IMongoCollection<BsonDocument> DocumentsNow => Now("documents");

    public IMongoCollection<BsonDocument> Analytics => GetCollection("analytics");

    /// <summary>Gets how far the events of each source have been counted.</summary>
    public IMongoCollection<BsonDocument> AnalyticsSources => GetCollection("analyticsSources");

    public IMongoCollection<BsonDocument> SharedTokens => Now("sharedTokens");

    public IMongoCollection<BsonDocument> InboxItems => Now("inboxItems");

    /// <summary>Gets the collection in which the store keeps the version of its form.</summary>
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

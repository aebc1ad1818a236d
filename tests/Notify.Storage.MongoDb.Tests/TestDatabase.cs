using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Conformance.Storage;
using Notify.Storage.MongoDb.Tests.Peer;
using Notify.Storage.Testing;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>A test's own database, the stores that it opens on it, and a client that looks in from outside.</summary>
public abstract class TestDatabase(MongoDbServer server) : StoreTest, IAsyncLifetime
{
    private readonly List<ConformanceStore> _stores = [];

    private protected string Name { get; private set; } = "";

    private protected string ConnectionString => server.ConnectionString;

    public async ValueTask InitializeAsync() => Name = await server.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _stores)
            await store.DisposeAsync();
        await server.DropDatabaseAsync(Name);
    }

    /// <summary>Opens a store with a client of its own, as each process has.</summary>
    private protected async Task<ConformanceStore> OpenStoreAsync(Action<INotificationsBuilder>? configure = null)
    {
        var store = await ConformanceStore.OpenAsync(notifications =>
        {
            notifications.UseMongoDb(options => (options.ConnectionString, options.Database) = (ConnectionString, Name));
            configure?.Invoke(notifications);
        });
        lock (_stores)
            _stores.Add(store);
        return store;
    }

    private protected IMongoCollection<BsonDocument> Collection(string name) =>
        server.Client.GetDatabase(Name).GetCollection<BsonDocument>(name);

    private protected Task<long> CountAsync(string collection, string filter = "{}") =>
        Collection(collection)
            .CountDocumentsAsync(BsonDocument.Parse(filter), new CountOptions { Comment = PeerView.FromOutside }, Cancellation);

    private protected static async Task<EnqueueResult> EnqueueAsync(ConformanceStore store, EnqueueRequest request) =>
        Assert.Single(await store.Queue.EnqueueAsync([request], Cancellation));
}

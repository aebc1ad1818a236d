using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Conformance;
using Notify.Queueing;
using Notify.Settling;
using Notify.Storage.MongoDb.Tests.Peer;
using Notify.Triggering;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>A test's own database, the stores that it opens on it, and a client that looks in from outside.</summary>
public abstract class TestDatabase(MongoDbServer server) : IAsyncLifetime
{
    private protected const string Tenant = "tenant-1";
    private protected const string Provider = "mail";

    private readonly List<ConformanceStore> _stores = [];
    private int _addresses;

    private protected string Name { get; private set; } = "";

    private protected string ConnectionString => server.ConnectionString;

    private protected static DateTimeOffset Now { get; } = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Name = await server.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _stores)
            await store.DisposeAsync();
        await server.Client.DropDatabaseAsync(Name);
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

    /// <summary>A notification to enqueue, with deliveries that are due now and that nobody holds.</summary>
    private protected EnqueueRequest Request(
        int deliveries = 1,
        string tenant = Tenant,
        IdempotencyClaim? idempotency = null,
        Func<Delivery, Delivery>? change = null,
        DateTimeOffset? at = null
    )
    {
        var content = new Content { Title = "Hello", Body = "Hello" };
        var notification = new Notification
        {
            Id = Guid.CreateVersion7(at ?? Now),
            Trigger = new Trigger
            {
                Tenant = tenant,
                To = Recipient.Email("ada@example.org"),
                Content = content,
                IdempotencyKey = idempotency?.Key,
            },
            AcceptedAt = at ?? Now,
            ExpiresAt = (at ?? Now).AddDays(3),
            Contents = [new ContentVariant(null, null, content)],
        };
        return new EnqueueRequest(
            notification,
            [
                .. Enumerable
                    .Range(0, deliveries)
                    .Select(_ => DeliveryOf(notification))
                    .Select(change ?? (delivery => delivery))
                    .Select(delivery => new QueuedDelivery(delivery, delivery.DueAt)),
            ],
            idempotency,
            [],
            []
        );
    }

    private protected static async Task<EnqueueResult> EnqueueAsync(ConformanceStore store, EnqueueRequest request) =>
        Assert.Single(await store.Queue.EnqueueAsync([request], Cancellation));

    private protected static async Task<IReadOnlyList<Lease>> LeaseAsync(
        ConformanceStore store,
        string owner = "worker",
        int max = 1_000,
        DateTimeOffset? now = null
    ) =>
        await store.Queue.LeaseAsync(
            new LeaseRequest(owner, now ?? Now, (now ?? Now).AddMinutes(2), [new LeaseQuota(Priority.Normal, Provider, max)]),
            Cancellation
        );

    private protected static Settlement Ended(Lease lease, DeliveryState state) =>
        new()
        {
            DeliveryId = lease.Delivery.Id,
            Fence = lease.Fence,
            State = state,
            Provider = lease.Delivery.Provider,
            AttemptsSpent = 1,
            Reason = state == DeliveryState.Accepted ? null : "mailbox is full",
            Attempt = new Delivering.Attempt(Provider, Now, TimeSpan.FromMilliseconds(12), Delivering.OutcomeKind.Accepted),
            SettledAt = Now,
        };

    private Delivery DeliveryOf(Notification notification) =>
        new()
        {
            Id = Guid.CreateVersion7(notification.AcceptedAt),
            NotificationId = notification.Id,
            Tenant = notification.Tenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Email, $"ada+{Interlocked.Increment(ref _addresses)}@example.org"),
            Provider = Provider,
            Content = notification.Contents[0].Content,
            ContentIndex = 0,
            AcceptedAt = notification.AcceptedAt,
            DueAt = notification.AcceptedAt,
            ExpiresAt = notification.ExpiresAt,
        };
}

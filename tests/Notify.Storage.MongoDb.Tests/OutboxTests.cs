using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using Notify.Conformance.Storage;
using Notify.Providers;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>Triggers within a transaction of the application, where the server has transactions.</summary>
public sealed class OutboxTests(MongoDbServer server) : TestDatabase(server)
{
    [Fact]
    public async Task A_trigger_within_a_transaction_is_there_when_that_commits_and_never_when_it_does_not()
    {
        using var client = ClientWithTransactions();
        await using var services = await ComposeAsync(client);
        var notifier = services.GetRequiredService<INotifier>();

        using (var session = await client.StartSessionAsync(cancellationToken: Cancellation))
        {
            session.StartTransaction();
            await notifier.TriggerAsync(Trigger(1), session, Cancellation);
            await session.AbortTransactionAsync(Cancellation);
        }

        Assert.Equal(0, await CountAsync("notifications"));
        Assert.Equal(0, await CountAsync("deliveries"));

        using (var session = await client.StartSessionAsync(cancellationToken: Cancellation))
        {
            session.StartTransaction();
            await Orders(client).InsertOneAsync(session, new BsonDocument("order", 2), cancellationToken: Cancellation);
            await notifier.TriggerAsync(Trigger(2), session, Cancellation);
            await session.CommitTransactionAsync(Cancellation);
        }

        Assert.Equal((1, 1, 1), (await CountAsync("orders"), await CountAsync("notifications"), await CountAsync("deliveries")));
    }

    [Fact]
    public async Task A_key_is_claimed_with_the_transaction_and_a_duplicate_leaves_the_transaction_whole()
    {
        using var client = ClientWithTransactions();
        await using var services = await ComposeAsync(client);
        var notifier = services.GetRequiredService<INotifier>();
        var keyed = Trigger(1) with { IdempotencyKey = "order-1" };
        var first = await notifier.TriggerAsync(keyed, Cancellation);

        using var session = await client.StartSessionAsync(cancellationToken: Cancellation);
        var second = await session.WithTransactionAsync(
            async (inside, cancellation) =>
            {
                await Orders(client).InsertOneAsync(inside, new BsonDocument("order", 1), cancellationToken: cancellation);
                return await notifier.TriggerAsync(keyed, inside, cancellation);
            },
            cancellationToken: Cancellation
        );

        Assert.Equal(new TriggerResult(first.Id, isDuplicate: true), second);
        Assert.Equal((1, 1), (await CountAsync("orders"), await CountAsync("notifications")));
    }

    [Fact]
    public async Task A_session_without_a_transaction_is_refused()
    {
        using var client = ClientWithTransactions();
        await using var services = await ComposeAsync(client);
        using var session = await client.StartSessionAsync(cancellationToken: Cancellation);

        await Assert.ThrowsAsync<ArgumentException>(() =>
            services.GetRequiredService<INotifier>().TriggerAsync(Trigger(1), session, Cancellation)
        );
    }

    private MongoClient ClientWithTransactions()
    {
        var client = new MongoClient(ConnectionString);
        client.GetDatabase(Name).RunCommand<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: Cancellation);
        var type = client.Cluster.Description.Type;
        Assert.SkipUnless(type is ClusterType.ReplicaSet or ClusterType.Sharded, "A single server has no transactions.");
        return client;
    }

    private IMongoCollection<BsonDocument> Orders(MongoClient client) =>
        client.GetDatabase(Name).GetCollection<BsonDocument>("orders");

    private async Task<ServiceProvider> ComposeAsync(MongoClient client)
    {
        // These services are not started, so another start creates the indexes.
        await using (
            await ConformanceStore.OpenAsync(store =>
                store.UseMongoDb(ConnectionString).UseMongoDb(options => options.Database = Name)
            )
        ) { }

        var services = new ServiceCollection().AddLogging();
        services.AddNotifications().UseMongoDb(client).UseMongoDb(options => options.Database = Name);
        services.AddSingleton<IDeliveryProvider>(new Mail());
        return services.BuildServiceProvider();
    }

    private static Trigger Trigger(int number) =>
        new()
        {
            To = Recipient.Email($"ada+{number}@example.org"),
            Content = new Content { Title = "Hello", Body = "Hello" },
        };

    private sealed class Mail : IDeliveryProvider
    {
        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Outcome.Sent());
    }
}

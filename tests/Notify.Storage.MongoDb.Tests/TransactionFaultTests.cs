using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Providers;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>Triggers within transactions that do not go well, against the scripted peer.</summary>
public sealed class TransactionFaultTests : IDisposable
{
    private readonly ScriptedServer _server = ScriptedServer.StartPrimary();
    private readonly PeerDatabase _database = new();
    private readonly MongoClient _client;
    private readonly ServiceProvider _services;

    public TransactionFaultTests()
    {
        _server.Script = _database.Execute;
        _client = new MongoClient(_server.ConnectionString);
        var services = new ServiceCollection().AddLogging();
        services.AddNotifications().UseMongoDb(_client);
        services.AddSingleton<IDeliveryProvider>(new Mail());
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private INotifier Notifier => _services.GetRequiredService<INotifier>();

    public void Dispose()
    {
        _services.Dispose();
        _client.Dispose();
        _server.Dispose();
    }

    public static TheoryData<WriteConcern> Weak => [WriteConcern.W1, WriteConcern.WMajority.With(journal: false)];

    [Theory]
    [MemberData(nameof(Weak))]
    public async Task A_transaction_whose_commit_can_be_lost_is_refused(WriteConcern concern)
    {
        using var session = await _client.StartSessionAsync(cancellationToken: Cancellation);
        session.StartTransaction(new TransactionOptions(writeConcern: concern));

        var exception = await Assert.ThrowsAsync<ArgumentException>(() =>
            Notifier.TriggerAsync(Trigger(), session, Cancellation)
        );

        Assert.Contains("WriteConcern.WMajority", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("insert", "TransientTransactionError")]
    [InlineData("commitTransaction", "TransientTransactionError")]
    [InlineData("commitTransaction", "UnknownTransactionCommitResult")]
    public async Task A_transaction_that_is_tried_again_stores_its_notification_once(string command, string label)
    {
        var hasFailed = false;
        _server.Script = sent =>
        {
            if (hasFailed || sent.GetElement(0).Name != command)
                return _database.Execute(sent);
            hasFailed = true;
            // A commit whose result is not known was carried out here. One that fails for a moment was not.
            if (label == "UnknownTransactionCommitResult")
                _database.Execute(sent);
            else
                _database.Execute(
                    new BsonDocument
                    {
                        { "abortTransaction", 1 },
                        { "lsid", sent["lsid"] },
                        { "autocommit", false },
                    }
                );
            return PeerError.WriteConflict.CreateAnswer(label);
        };

        using var session = await _client.StartSessionAsync(cancellationToken: Cancellation);
        var result = await session.WithTransactionAsync(
            (inside, cancellation) => Notifier.TriggerAsync(Trigger(), inside, cancellation),
            cancellationToken: Cancellation
        );

        Assert.True(hasFailed);
        Assert.Equal(result.Id, Assert.Single(Documents("notifications"))["_id"].AsGuid);
        Assert.Single(Documents("deliveries"));
    }

    private IEnumerable<BsonDocument> Documents(string collection) =>
        _client
            .GetDatabase("notify")
            .GetCollection<BsonDocument>(collection)
            .Find(new BsonDocument(), new FindOptions { Comment = PeerView.FromOutside })
            .ToEnumerable(Cancellation);

    private static Trigger Trigger() =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
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

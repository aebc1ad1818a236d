using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using Notify.Providers;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// The commands that the store sends, as a scripted server receives them. They need no MongoDB, so they run everywhere.
/// </summary>
public sealed class WireTests : IAsyncLifetime
{
    private const int Callers = 64;
    private const int CallsPerCaller = 20;

    private static readonly string[] Collections =
    [
        "deliveries",
        "notifications",
        "idempotency",
        "expansions",
        "digests",
        "digestEvents",
        "throttles",
        "devices",
        "users",
        "subscriptions",
        "templates",
        "analytics",
    ];

    private readonly ScriptedServer _server = ScriptedServer.StartPrimary();
    private readonly ConcurrentQueue<BsonDocument> _started = new();
    private MongoClient? _client;
    private IHost? _host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private INotifier Notifier => _host!.Services.GetRequiredService<INotifier>();

    private IDeliveryQueue Queue => _host!.Services.GetRequiredService<IDeliveryQueue>();

    public async ValueTask InitializeAsync()
    {
        var settings = MongoClientSettings.FromConnectionString(_server.ConnectionString);
        settings.ClusterConfigurator = cluster =>
            cluster.Subscribe<CommandStartedEvent>(started => _started.Enqueue(started.Command.DeepClone().AsBsonDocument));
        _client = new MongoClient(settings);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IDeliveryProvider>(new SilentProvider());
        builder.Services.AddNotifications(options => options.Workers = Workers.None).UseMongoDb(_client);
        _host = builder.Build();
        await _host.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None);
            _host.Dispose();
        }

        _client?.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void Every_collection_has_its_indexes_before_the_application_has_started()
    {
        var indexed = _server.Commands.Where(command => command.Contains("createIndexes")).ToArray();

        Assert.Superset(Collections.ToHashSet(), indexed.Select(command => command["createIndexes"].AsString).ToHashSet());
        Assert.All(indexed.SelectMany(command => command["indexes"].AsBsonArray), index =>
            Assert.NotEmpty(index["key"].AsBsonDocument)
        );
    }

    [Fact]
    public async Task Callers_that_trigger_at_the_same_time_share_their_commands()
    {
        var perCall = await CountCommandsPerCallAsync(caller => Notifier.TriggerAsync(Email(caller), Cancellation));

        Assert.InRange(perCall, 0.01, 0.1);
    }

    [Fact]
    public async Task Callers_that_settle_at_the_same_time_share_their_commands()
    {
        var perCall = await CountCommandsPerCallAsync(async _ =>
            Assert.True(
                Assert.Single(
                    await Queue.SettleAsync(
                        [
                            new Settlement
                            {
                                DeliveryId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()),
                                Fence = 1,
                                State = DeliveryState.Sent,
                                Provider = SilentProvider.ProviderName,
                                AttemptsSpent = 1,
                                SettledAt = TimeProvider.System.GetUtcNow(),
                            },
                        ],
                        Cancellation
                    )
                )
            )
        );

        Assert.InRange(perCall, 0.01, 0.1);
    }

    [Fact]
    public async Task A_notification_is_written_after_everything_that_belongs_to_it_and_to_the_journal_of_a_majority()
    {
        await Notifier.TriggerAsync(Email(), Cancellation);

        BsonDocument[] written = [.. _server.Commands.Where(command => command.Contains("documents") && IsOfTrigger(command))];
        Assert.Equal(["deliveries", "notifications"], written.Select(command => command["insert"].AsString));
        Assert.All(written, command =>
        {
            Assert.Equal("majority", command["writeConcern"]["w"]);
            Assert.True(command["writeConcern"]["j"].AsBoolean);
            Assert.True(command.Contains("txnNumber"), "The driver must be able to retry the write.");
        });
    }

    [Fact]
    public async Task A_trigger_that_the_server_does_not_carry_out_fails_for_its_caller()
    {
        // 11600 (InterruptedAtShutdown) would be retried by the driver; 13 (Unauthorized) is final.
        _server.Script = command =>
            command.Contains("insert")
                ? new BsonDocument
                {
                    { "ok", 0 },
                    { "code", 13 },
                    { "codeName", "Unauthorized" },
                    { "errmsg", "not authorized" },
                }
                : null;

        await Assert.ThrowsAnyAsync<MongoException>(() => Notifier.TriggerAsync(Email(), Cancellation));
    }

    private static Trigger Email(int caller = 0) =>
        new()
        {
            To = Recipient.Email($"ada+{caller}@example.org"),
            Content = new Content { Title = "Hello", Body = "Hello" },
        };

    private static bool IsOfTrigger(BsonDocument command) => command["insert"].AsString is "deliveries" or "notifications";

    /// <summary>Counts by the driver's command monitoring.</summary>
    private async Task<double> CountCommandsPerCallAsync(Func<int, Task> call)
    {
        // A commit that takes a while lets the next calls gather, as with a server that waits for its majority.
        _server.Latency = TimeSpan.FromMilliseconds(50);
        _started.Clear();
        await Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(caller =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < CallsPerCaller; i++)
                            await call(caller);
                    })
                )
        );
        return (double)_started.Count / (Callers * CallsPerCaller);
    }

    private sealed class SilentProvider : IDeliveryProvider
    {
        public const string ProviderName = "silent";

        public string Name => ProviderName;

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The store under test has no workers.");
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using Notify.Providers;
using Notify.Storage.MongoDb.Tests.Peer;
using Notify.TestSupport;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// The commands of a whole application, by the driver's command monitoring: all that it sends from the first trigger until the
/// last delivery is settled. It runs on the peer in memory, so it needs no MongoDB. <see cref="WireTests"/> counts those of
/// triggers and of settlements alone.
/// </summary>
public sealed class CommandsPerDeliveryTests : IDisposable
{
    private const int Callers = 64;
    private const int CallsPerCaller = 20;
    private const int Deliveries = Callers * CallsPerCaller;

    private readonly ScriptedServer _server = ScriptedServer.StartPrimary(keepsCommands: false);
    private readonly ConcurrentDictionary<string, int> _commands = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public CommandsPerDeliveryTests() => _server.Script = new PeerDatabase().Execute;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task No_command_is_for_one_delivery_when_64_callers_trigger()
    {
        using var client = CreateCountingClient();
        using var outside = new MongoClient(_server.ConnectionString);
        using var host = CreateHost(client);
        await host.StartAsync(Cancellation);
        // A commit that takes a while lets the next calls gather, as with a server that waits for its majority.
        _server.Latency = TimeSpan.FromMilliseconds(100);
        _commands.Clear();

        await TriggerAsync(host.Services.GetRequiredService<INotifier>());
        await SettledAsync(outside);

        // A quiet machine has 0.08 to 0.1. On a busy one, not all callers have called again before the next commit begins. One
        // command of each delivery's own would be at least 1.
        Assert.InRange(GetPerDelivery("insert", "update"), 0.01, 0.2);
        Assert.InRange(GetPerDelivery(), 0.01, 0.5);
        await host.StopAsync(Cancellation);
    }

    private static IHost CreateHost(MongoClient client)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IDeliveryProvider, PromptProvider>();
        builder.Services.AddNotifications().UseMongoDb(client);
        return builder.Build();
    }

    private static Task TriggerAsync(INotifier notifier) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(caller =>
                    Task.Run(
                        async () =>
                        {
                            for (var i = 0; i < CallsPerCaller; i++)
                                await notifier.TriggerAsync(CreateTrigger(caller), Cancellation);
                        },
                        Cancellation
                    )
                )
        );

    private static Trigger CreateTrigger(int caller) =>
        new()
        {
            To = Recipient.Email($"ada+{caller}@example.org"),
            Content = new Content { Title = "Hello", Body = "Hello" },
        };

    private static Task SettledAsync(MongoClient outside)
    {
        var deliveries = outside.GetDatabase("notify").GetCollection<BsonDocument>("deliveries");
        var options = new CountOptions { Comment = PeerView.FromOutside };
        return Eventually.TrueAsync(
            async () =>
                await deliveries.CountDocumentsAsync(new BsonDocument("state", (int)DeliveryState.Sent), options, Cancellation)
                == Deliveries,
            "all deliveries to be settled"
        );
    }

    private MongoClient CreateCountingClient()
    {
        var settings = MongoClientSettings.FromConnectionString(_server.ConnectionString);
        settings.ClusterConfigurator = cluster =>
            cluster.Subscribe<CommandStartedEvent>(started =>
                _commands.AddOrUpdate(started.CommandName, 1, (_, sent) => sent + 1)
            );
        return new MongoClient(settings);
    }

    /// <summary>
    /// Gets the number of commands for a delivery: those with these names, or all. All include searches by timers, which are the
    /// more, the slower the machine is.
    /// </summary>
    private double GetPerDelivery(params string[] names) =>
        (double)_commands.Where(sent => names.Length == 0 || names.Contains(sent.Key)).Sum(sent => sent.Value) / Deliveries;

    private sealed class PromptProvider : IDeliveryProvider
    {
        public string Name => "prompt";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken) => new(Outcome.Sent());
    }
}

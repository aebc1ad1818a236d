using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>A primary that dies, and a replica that takes its place.</summary>
public sealed class FailoverTests
{
    private readonly ConcurrentDictionary<Guid, int> _sent = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_before_and_after_the_primary_died_is_delivered()
    {
        await using var servers = await PostgreSqlPair.StartAsync();
        using var host = Compose(servers.ConnectionString);
        await host.StartAsync(Cancellation);
        await using var shop = await Shop.OpenAsync(servers.ConnectionString, host.Services.GetRequiredService<INotifier>());
        var callers = new Callers(host.Services.GetRequiredService<INotifier>(), shop);
        callers.Start();
        await Eventually.TrueAsync(
            () => callers.Accepted.Count > 300 && shop.Committed.Count > 50,
            "notifications before the failover"
        );

        await servers.KillPrimaryAsync();
        await Eventually.TrueAsync(() => callers.Refused > 0, "callers to notice");
        await servers.PromoteReplicaAsync();

        var (accepted, committed) = (callers.Accepted.Count, shop.Committed.Count);
        await Eventually.TrueAsync(
            () => callers.Accepted.Count > accepted + 300 && shop.Committed.Count > committed + 50,
            "notifications after the failover"
        );
        await callers.StopAsync();
        await EndedAsync(servers, callers.Accepted.Concat(shop.Committed));
        Assert.Equal(0, await PostgreSqlProgram.ScalarAsync<long>(servers.Replica, Shop.Halves));
        await host.StopAsync(Cancellation);
    }

    [Fact]
    public async Task What_the_replica_did_not_confirm_is_not_acknowledged()
    {
        await using var servers = await PostgreSqlPair.StartAsync();
        using var host = Compose(servers.ConnectionString);
        await host.StartAsync(Cancellation);
        var notifier = host.Services.GetRequiredService<INotifier>();
        await notifier.TriggerAsync(Callers.Trigger("before"), Cancellation);
        await servers.KillReplicaAsync();

        // The primary waits for the replica until the wait is cancelled. Then it has committed alone.
        const string endWaits = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        var triggering = notifier.TriggerAsync(Callers.Trigger("after"), Cancellation);
        await Eventually.TrueAsync(
            async () =>
            {
                await PostgreSqlProgram.ScalarAsync<long>(servers.Primary, endWaits);
                return triggering.IsCompleted;
            },
            "the trigger to wait for the replica no longer"
        );
        var failure = await Assert.ThrowsAsync<NpgsqlException>(() => triggering);
        Assert.Contains("committed alone", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Waits until nothing is due any more, and compares what was acknowledged with what the database has.</summary>
    private async Task EndedAsync(PostgreSqlPair servers, IEnumerable<Guid> acknowledged)
    {
        const string waiting = "SELECT count(*) FROM notify.delivery WHERE due_at IS NOT NULL";
        await Eventually.TrueAsync(
            async () => await PostgreSqlProgram.ScalarAsync<long>(servers.Replica, waiting) == 0,
            "everything to end"
        );
        await using var dataSource = NpgsqlDataSource.Create(servers.Replica);
        await using var command = dataSource.CreateCommand(
            """
            SELECT notification_id, id, state, (length(history) - length(replace(history, '"sent"', ''))) / length('"sent"')
            FROM notify.delivery
            """
        );
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var ended = new HashSet<Guid>();
        while (await reader.ReadAsync(Cancellation))
        {
            Assert.True(ended.Add(reader.GetGuid(0)));
            Assert.Equal(((short)DeliveryState.Sent, 1), (reader.GetInt16(2), reader.GetInt32(3)));
            Assert.True(_sent.ContainsKey(reader.GetGuid(1)));
        }

        Assert.Empty(acknowledged.Except(ended));
    }

    private IHost Compose(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder
            .Services.AddNotifications(options =>
            {
                options.PollInterval = TimeSpan.FromMilliseconds(20);
                (options.AttemptTimeout, options.LeaseDuration) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
            })
            .UsePostgreSql(connectionString);
        builder.Services.AddSingleton<IDeliveryProvider>(new CountingProvider(_sent));
        return builder.Build();
    }

    private sealed class CountingProvider(ConcurrentDictionary<Guid, int> sent) : IDeliveryProvider
    {
        public string Name => "mail";

        public Channel Channel => Channel.Email;

        public ValueTask<Outcome> SendAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            sent.AddOrUpdate(delivery.Id, 1, (_, before) => before + 1);
            return ValueTask.FromResult(Outcome.Sent());
        }
    }

    /// <summary>Callers that trigger one notification after the other, and begin anew with what is refused.</summary>
    private sealed class Callers(INotifier notifier, Shop shop)
    {
        private readonly CancellationTokenSource _stop = new();
        private Task _running = Task.CompletedTask;
        private int _refused;

        public ConcurrentBag<Guid> Accepted { get; } = [];

        public int Refused => Volatile.Read(ref _refused);

        public static Trigger Trigger(string text) =>
            new()
            {
                To = Recipient.Email("ada@example.org"),
                Content = new Content { Title = "Hello", Body = text },
            };

        public void Start() =>
            _running = Task.WhenAll([
                .. Enumerable
                    .Range(0, 6)
                    .Select(caller =>
                        RepeatAsync(async () =>
                            Accepted.Add((await notifier.TriggerAsync(Trigger($"{caller}"), Cancellation)).Id)
                        )
                    ),
                .. Enumerable.Range(0, 2).Select(_ => RepeatAsync(shop.OrderAsync)),
            ]);

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running;
        }

        private Task RepeatAsync(Func<Task> call) =>
            Task.Run(async () =>
            {
                while (!_stop.IsCancellationRequested)
                {
                    try
                    {
                        await call();
                    }
                    catch (NpgsqlException)
                    {
                        Interlocked.Increment(ref _refused);
                        await Task.Delay(10);
                    }
                }
            });
    }

    /// <summary>An application that stores an order and triggers its notification in one transaction.</summary>
    private sealed class Shop(NpgsqlDataSource dataSource, INotifier notifier) : IAsyncDisposable
    {
        /// <summary>Counts orders without their notification, and notifications without their order.</summary>
        public const string Halves = """
            SELECT count(*) FROM shop_order o
            FULL JOIN (SELECT id FROM notify.notification WHERE tenant = 'shop') n ON n.id = o.notification_id
            WHERE n.id IS NULL OR o.notification_id IS NULL
            """;

        public ConcurrentBag<Guid> Committed { get; } = [];

        public static async Task<Shop> OpenAsync(string connectionString, INotifier notifier)
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString)
            {
                TargetSessionAttributes = null,
                HostRecheckSeconds = 1,
            };
            var dataSource = new NpgsqlDataSourceBuilder(settings.ConnectionString)
                .BuildMultiHost()
                .WithTargetSession(TargetSessionAttributes.Primary);
            await using var command = dataSource.CreateCommand("CREATE TABLE shop_order (notification_id uuid PRIMARY KEY)");
            await command.ExecuteNonQueryAsync();
            return new Shop(dataSource, notifier);
        }

        public async Task OrderAsync()
        {
            await using var connection = await dataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var trigger = Callers.Trigger("order") with { Tenant = "shop" };
            var id = (await notifier.TriggerAsync(trigger, transaction, Cancellation)).Id;
            await using var command = new NpgsqlCommand("INSERT INTO shop_order VALUES ($1)", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = id });
            await command.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
            Committed.Add(id);
        }

        public ValueTask DisposeAsync() => dataSource.DisposeAsync();
    }
}

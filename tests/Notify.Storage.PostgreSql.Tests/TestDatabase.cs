using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance;
using Notify.Engines;
using Notify.Queueing;
using Notify.Settling;
using Notify.Triggering;
using Npgsql;

namespace Notify.Storage.PostgreSql.Tests;

/// <summary>A test's own database, the stores that it opens on it, and a connection that looks in from outside.</summary>
public abstract class TestDatabase(PostgreSqlServer server) : IAsyncLifetime
{
    private protected const string Tenant = "tenant-1";
    private protected const string Provider = "mail";

    private readonly List<ConformanceStore> _stores = [];
    private int _addresses;

    private protected string ConnectionString { get; private set; } = "";

    private protected static DateTimeOffset Now { get; } = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => ConnectionString = await server.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    /// <summary>Opens a store with a data source of its own, as each process has.</summary>
    private protected async Task<ConformanceStore> OpenStoreAsync(
        Action<PostgreSqlStoreOptions>? configure = null,
        TimeProvider? time = null
    )
    {
        var store = await ConformanceStore.OpenAsync(notifications =>
        {
            notifications.Services.AddSingleton(time ?? TimeProvider.System);
            notifications.UsePostgreSql(options =>
            {
                options.ConnectionString = ConnectionString;
                configure?.Invoke(options);
            });
        });
        lock (_stores)
            _stores.Add(store);
        return store;
    }

    private protected async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private protected static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>A notification to enqueue, with deliveries that are due now and that nobody holds.</summary>
    private protected EnqueueRequest Request(
        int deliveries = 1,
        string tenant = Tenant,
        IdempotencyClaim? idempotency = null,
        Func<Delivery, Delivery>? change = null,
        DateTimeOffset? acceptedAt = null
    )
    {
        var now = acceptedAt ?? Now;
        var content = new Content { Title = "Hello", Body = "Hello" };
        var notification = new Notification
        {
            Id = Guid.CreateVersion7(now),
            Trigger = new Trigger
            {
                Tenant = tenant,
                To = Recipient.Email("ada@example.org"),
                Content = content,
            },
            AcceptedAt = now,
            ExpiresAt = now.AddDays(3),
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

    private protected static async Task<IReadOnlyList<Lease>> LeaseAsync(
        ConformanceStore store,
        string owner,
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

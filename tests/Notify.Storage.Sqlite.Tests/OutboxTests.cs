using Microsoft.Data.Sqlite;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

/// <summary>The application's own transaction decides whether a notification exists.</summary>
public sealed class OutboxTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private SqliteApplication _application = null!;
    private SqliteConnection _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _application = await SqliteApplication.StartAsync(_folder.File("shop.db"), _ => Outcome.Sent());
        _connection = new SqliteConnection($"Data Source={_folder.File("shop.db")}");
        await _connection.OpenAsync();
        await ExecuteAsync("CREATE TABLE shop_order (number INTEGER PRIMARY KEY)");
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _application.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_commit_sends()
    {
        TriggerResult result;
        await using (var transaction = _connection.BeginTransaction())
        {
            await ExecuteAsync("INSERT INTO shop_order VALUES (7)", transaction);
            result = await _application.Notifier.TriggerAsync(
                OrderShipped(7),
                transaction,
                TestContext.Current.CancellationToken
            );
            Assert.Null(await _application.Notifications.FindAsync(Trigger.DefaultTenant, result.Id, default));
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(DeliveryState.Sent, (await _application.EndedAsync(result.Id)).State);
    }

    [Fact]
    public async Task A_rollback_leaves_nothing()
    {
        TriggerResult result;
        await using (var transaction = _connection.BeginTransaction())
        {
            await ExecuteAsync("INSERT INTO shop_order VALUES (8)", transaction);
            result = await _application.Notifier.TriggerAsync(
                OrderShipped(8),
                transaction,
                TestContext.Current.CancellationToken
            );
            await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        }

        Assert.Null(await _application.Notifications.FindAsync(Trigger.DefaultTenant, result.Id, default));
        Assert.Equal(0, await CountAsync("notify_notification"));
        Assert.Equal(0, await CountAsync("notify_delivery"));
        Assert.Equal(0, await CountAsync("notify_idempotency"));

        // The key is free again.
        Assert.False(
            (await _application.Notifier.TriggerAsync(OrderShipped(8), TestContext.Current.CancellationToken)).IsDuplicate
        );
    }

    [Fact]
    public async Task An_idempotency_key_that_is_taken_is_seen_within_the_transaction()
    {
        var first = await _application.Notifier.TriggerAsync(OrderShipped(9), TestContext.Current.CancellationToken);

        await using var transaction = _connection.BeginTransaction();
        Assert.Equal(
            new TriggerResult(first.Id, isDuplicate: true),
            await _application.Notifier.TriggerAsync(OrderShipped(9), transaction, TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_transaction_that_has_ended_is_refused()
    {
        var transaction = _connection.BeginTransaction();
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ArgumentException>(() =>
            _application.Notifier.TriggerAsync(OrderShipped(10), transaction, TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_wrong_trigger_leaves_the_transaction_to_its_owner()
    {
        await using var transaction = _connection.BeginTransaction();
        await ExecuteAsync("INSERT INTO shop_order VALUES (11)", transaction);
        await Assert.ThrowsAsync<InvalidRequestException>(() =>
            _application.Notifier.TriggerAsync(
                new Trigger
                {
                    To = Recipient.Email("no address"),
                    Content = new Content { Body = "x" },
                },
                transaction,
                TestContext.Current.CancellationToken
            )
        );
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, await CountAsync("shop_order"));
    }

    private static Trigger OrderShipped(int number) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Title = "Shipped", Body = $"Order {number}" },
            IdempotencyKey = $"shipped-{number}",
        };

    private async Task ExecuteAsync(string sql, SqliteTransaction? transaction = null)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> CountAsync(string table)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM {table}";
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

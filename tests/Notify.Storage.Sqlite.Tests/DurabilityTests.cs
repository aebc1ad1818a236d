using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Sqlite.Tests;

public sealed class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_accepted_is_there_after_a_restart_with_its_attempts()
    {
        Guid id;
        await using (var first = await SqliteApplication.StartAsync(_folder.File("notify.db"), _ => Outcome.Sent("vendor-7")))
        {
            id = (await first.TriggerAsync("Written once")).Id;
            await first.EndedAsync(id);
        }

        await using var second = await SqliteApplication.StartAsync(_folder.File("notify.db"), _ => Outcome.Sent());
        var ended = await second.EndedAsync(id);
        Assert.Equal(DeliveryState.Sent, ended.State);
        Assert.Equal("vendor-7", Assert.Single(ended.Attempts).ProviderMessageId);
        Assert.Equal("Written once", ended.Delivery.Content.Body);
        Assert.Equal("ada@example.org", ended.Delivery.To.Value);
    }

    [Fact]
    public async Task A_delivery_that_waits_for_its_retry_is_sent_by_the_next_process()
    {
        Guid id;
        await using (
            var first = await SqliteApplication.StartAsync(_folder.File("notify.db"), _ =>
                Outcome.Retry("busy", TimeSpan.FromSeconds(1))
            )
        )
        {
            id = (await first.TriggerAsync()).Id;
            await Eventually.TrueAsync(
                async () =>
                    (await first.Notifications.ListDeliveriesAsync(Trigger.DefaultTenant, id, null, 1, default))[0].Attempts.Count
                    > 0,
                "the first attempt to be settled"
            );
        }

        await using var second = await SqliteApplication.StartAsync(_folder.File("notify.db"), _ => Outcome.Sent());
        var ended = await second.EndedAsync(id);
        Assert.Equal(DeliveryState.Sent, ended.State);
        Assert.Equal([OutcomeKind.Retry, OutcomeKind.Sent], ended.Attempts.Select(attempt => attempt.Outcome));
    }

    [Fact]
    public async Task An_idempotency_key_holds_across_processes_and_under_concurrency()
    {
        Guid first;
        await using (var application = await SqliteApplication.StartAsync(_folder.File("notify.db"), _ => Outcome.Sent()))
        {
            var results = await Task.WhenAll(
                Enumerable.Range(0, 50).Select(_ => Task.Run(() => application.TriggerAsync(idempotencyKey: "order-1")))
            );
            first = Assert.Single(results, result => !result.IsDuplicate).Id;
            Assert.All(results, result => Assert.Equal(first, result.Id));
        }

        await using var second = await SqliteApplication.StartAsync(_folder.File("notify.db"), _ => Outcome.Sent());
        Assert.Equal(new TriggerResult(first, isDuplicate: true), await second.TriggerAsync(idempotencyKey: "order-1"));
        var conflict = await Assert.ThrowsAsync<IdempotencyConflictException>(() =>
            second.TriggerAsync("Another body", "order-1")
        );
        Assert.Equal(first, conflict.ExistingId);
    }

    [Fact]
    public async Task A_file_that_is_no_database_fails_at_start_and_says_so()
    {
        await File.WriteAllTextAsync(_folder.File("notify.db"), new string('x', 8_192), TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SqliteApplication.StartAsync(_folder.File("notify.db"), _ => Outcome.Sent())
        );
        Assert.Contains("is an intact SQLite database", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Data Source=:memory:")]
    [InlineData("Nonsense=1")]
    public async Task A_connection_string_without_a_file_fails_at_start(string connectionString)
    {
        using var host = SqliteApplication.Compose(connectionString, _ => Outcome.Sent());

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            host.StartAsync(TestContext.Current.CancellationToken)
        );
        Assert.Contains("ConnectionString", exception.Message, StringComparison.Ordinal);
    }
}

using System.Data.Common;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Client.Outbox;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Client.Tests.Outbox;

/// <summary>Facts about the outbox that hold for every database.</summary>
public abstract class OutboxFacts(OutboxDialect dialect, PostgreSqlServer server) : IAsyncLifetime
{
    private Service _service = null!;
    private ShopDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await Service.StartAsync();
        _database = await ShopDatabase.CreateAsync(dialect, server);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_sends_once_and_a_rollback_leaves_nothing()
    {
        await using var shop = await Shop.StartAsync(_service, _database);

        await shop.OrderAsync(1, commit: false);
        await shop.OrderAsync(2);
        await shop.OrderAsync(3, trigger: Shop.Create(3) with { Tenant = "acme" });

        await EmptyAsync(shop);
        Assert.Equal(["order/2"], await _service.ListReferencesAsync());
        Assert.Equal(["order/3"], await _service.ListReferencesAsync("acme"));
        Assert.Equal(2, shop.Network.Keys.Count);
    }

    [Fact]
    public async Task A_trigger_whose_answers_were_lost_is_sent_again_and_is_one_notification()
    {
        await using var shop = await Shop.StartAsync(_service, _database);
        var lost = 0;
        shop.Network.Answer = (_, send) => lost++ < 6 ? Network.LoseAsync(send) : send();

        await shop.OrderAsync(1);

        await EmptyAsync(shop);
        Assert.Equal(["order/1"], await _service.ListReferencesAsync());
        Assert.Equal(7, shop.Network.Keys.Count);
        Assert.Single(shop.Network.Keys.Distinct());
    }

    [Fact]
    public async Task Several_processes_share_the_rows()
    {
        await using var first = await Shop.StartAsync(_service, _database, options => options.Forward = false);
        for (var number = 0; number < 120; number++)
            await first.OrderAsync(number);
        Assert.Equal(120, (await first.Outbox.CountAsync()).Waiting);

        var shops = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => Shop.StartAsync(_service, _database, options => options.BatchSize = 5))
        );
        await EmptyAsync(first);
        foreach (var shop in shops)
            await shop.DisposeAsync();

        Assert.Equal(120, (await _service.ListReferencesAsync()).Distinct().Count());
        var keys = shops.SelectMany(shop => shop.Network.Keys).ToList();
        Assert.Equal((120, 120), (keys.Count, keys.Distinct().Count()));
        Assert.Empty(first.Network.Keys);
    }

    [Fact]
    public async Task A_refused_trigger_is_kept_with_its_reason_and_does_not_stop_the_others()
    {
        await using var shop = await Shop.StartAsync(_service, _database, options => options.Forward = false);
        await shop.OrderAsync(1, trigger: Shop.Create(1) with { Content = null, Template = "shipped" });
        await shop.OrderAsync(2, trigger: Shop.Create(2) with { To = Recipient.Email("no address") });
        await shop.OrderAsync(3);
        await using var forwarder = await Shop.StartAsync(_service, _database);
        await EmptyAsync(shop);

        Assert.Equal(["order/3"], await _service.ListReferencesAsync());
        var refused = await shop.Outbox.ListRefusedAsync();
        Assert.Equal([ProblemCodes.InvalidRequest, ProblemCodes.InvalidRequest], refused.Select(trigger => trigger.Code));
        Assert.StartsWith("template: ", refused[0].Reason, StringComparison.Ordinal);
        Assert.StartsWith("to[0]: ", refused[1].Reason, StringComparison.Ordinal);
        Assert.Equal("order/2", JsonElement.Parse(refused[1].Body).GetProperty("reference").GetString());
        Assert.Equal((1, Trigger.DefaultTenant), (refused[1].Attempts, refused[1].Tenant));
        Assert.Equal(refused[1].Id, Assert.Single(await shop.Outbox.ListRefusedAsync(after: refused[0].Id)).Id);

        Assert.True(await shop.Outbox.DeleteAsync(refused[1].Id));
        Assert.False(await shop.Outbox.DeleteAsync(refused[1].Id));
        Assert.False(await shop.Outbox.RetryAsync(refused[1].Id));
        await _service
            .Embedded.GetRequiredService<ITemplateCatalog>()
            .SaveAsync(new Template { Name = "shipped", Variants = [new TemplateVariant { Body = "Hi" }] });
        Assert.Equal(1, await shop.Outbox.RetryAllAsync(ProblemCodes.InvalidRequest));
        await EmptyAsync(shop);
        Assert.Equal(["order/1", "order/3"], await _service.ListReferencesAsync());
        Assert.Equal(0, (await shop.Outbox.CountAsync()).Refused);
    }

    [Fact]
    public async Task Triggers_wait_while_the_service_is_away_and_arrive_once_it_is_back()
    {
        await using var shop = await Shop.StartAsync(_service, _database);
        shop.Network.Answer = (_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");

        for (var number = 0; number < 10; number++)
            await shop.OrderAsync(number);
        await Eventually.TrueAsync(() => shop.Network.Requests >= 12, "three attempts");
        var waiting = await shop.Outbox.CountAsync();
        shop.Network.Answer = (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway));
        await Eventually.TrueAsync(() => shop.Network.Requests >= 24, "attempts with another error");
        shop.Network.Answer = null;
        await EmptyAsync(shop);

        Assert.Equal((10, 0), (waiting.Waiting, waiting.Refused));
        Assert.InRange(
            waiting.OldestEnqueuedAt!.Value,
            DateTimeOffset.UtcNow.AddMinutes(-5),
            DateTimeOffset.UtcNow.AddSeconds(1)
        );
        Assert.Equal(10, (await _service.ListReferencesAsync()).Distinct().Count());
    }

    [Fact]
    public async Task A_trigger_that_may_have_arrived_is_set_aside_once_its_key_may_be_forgotten()
    {
        await using (var shop = await Shop.StartAsync(_service, _database))
        {
            shop.Network.Answer = (_, send) => Network.LoseAsync(send);
            await shop.OrderAsync(1);
            await Eventually.TrueAsync(() => shop.Network.Requests >= 4, "an attempt");
        }

        await PassADayAsync();
        await using var later = await Shop.StartAsync(_service, _database);
        await EmptyAsync(later);

        var refused = Assert.Single(await later.Outbox.ListRefusedAsync());
        Assert.Equal(RefusedTrigger.OutcomeUnknown, refused.Code);
        Assert.Empty(later.Network.Keys);
    }

    [Fact]
    public async Task A_trigger_that_never_arrived_is_sent_however_long_it_waited()
    {
        await using (var shop = await Shop.StartAsync(_service, _database))
        {
            shop.Network.Answer = (_, _) =>
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused");
            await shop.OrderAsync(1);
            await Eventually.TrueAsync(() => shop.Network.Requests >= 4, "an attempt");
        }

        await PassADayAsync();
        await using var later = await Shop.StartAsync(_service, _database);
        await EmptyAsync(later);

        Assert.Equal(["order/1"], await _service.ListReferencesAsync());
        Assert.Equal(0, (await later.Outbox.CountAsync()).Refused);
    }

    [Fact]
    public async Task A_transaction_must_be_open_and_of_the_same_kind_of_database()
    {
        await using var shop = await Shop.StartAsync(_service, _database);
        var other = dialect == OutboxDialect.Sqlite ? OutboxDialect.PostgreSql : OutboxDialect.Sqlite;
        await using var otherDatabase = await ShopDatabase.CreateAsync(other, server);
        await using var otherConnection = await otherDatabase.Source.OpenConnectionAsync();
        await using var otherTransaction = await otherConnection.BeginTransactionAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => shop.Notifier.TriggerAsync(Shop.Create(1), otherTransaction));
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await transaction.CommitAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => shop.Notifier.TriggerAsync(Shop.Create(1), transaction));
    }

    private static Task EmptyAsync(Shop shop) =>
        Eventually.TrueAsync(async () => (await shop.Outbox.CountAsync()).Waiting == 0, "the outbox to be empty");

    private Task PassADayAsync() =>
        _database.RunAsync("UPDATE notify_outbox SET uncertain_since = uncertain_since - 86400000, due_at = 0");
}

public sealed class PostgreSqlOutboxTests(PostgreSqlServer server) : OutboxFacts(OutboxDialect.PostgreSql, server);

public sealed class SqliteOutboxTests(PostgreSqlServer server) : OutboxFacts(OutboxDialect.Sqlite, server);

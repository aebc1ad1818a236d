using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Notify.Client.Outbox;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Client.Tests.Outbox;

/// <summary>How triggers are forwarded, whatever the database is.</summary>
public sealed class OutboxForwardingTests : IAsyncLifetime
{
    private Service _service = null!;
    private ShopDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await Service.StartAsync();
        _database = await ShopDatabase.CreateAsync(OutboxDialect.Sqlite, null!);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task A_trigger_is_sent_right_after_its_commit_and_not_at_the_next_poll()
    {
        await using var shop = await Shop.StartAsync(_service, _database, options =>
            options.PollInterval = TimeSpan.FromHours(1)
        );

        for (var number = 0; number < 3; number++)
        {
            await shop.OrderAsync(number);
            await EmptyAsync(shop);
        }
    }

    [Fact]
    public async Task A_trigger_that_every_service_refuses_is_not_stored()
    {
        await using var shop = await Shop.StartAsync(_service, _database);
        var invalid = new Trigger
        {
            To = [],
            Tenant = " ",
            IdempotencyKey = new string('k', 257),
            Reference = "a\nb",
        };

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => shop.OrderAsync(1, trigger: invalid));

        Assert.Equal(
            ["content required", "idempotencyKey too_long", "reference invalid_text", "tenant required", "to required"],
            exception.Errors.Select(error => $"{error.Field} {error.Code}").Order(StringComparer.Ordinal)
        );
        Assert.Equal(0, (await shop.Outbox.CountAsync()).Waiting);
    }

    [Fact]
    public async Task The_key_of_the_caller_is_kept_and_a_conflict_is_refused()
    {
        await using var shop = await Shop.StartAsync(_service, _database);
        var trigger = Shop.Create(1) with { IdempotencyKey = "order-1" };

        await shop.OrderAsync(1, trigger: trigger);
        await shop.OrderAsync(2, trigger: trigger);
        await EmptyAsync(shop);
        await shop.OrderAsync(3, trigger: trigger with { Category = "other" });
        await EmptyAsync(shop);

        Assert.Equal(["order/1"], await _service.ListReferencesAsync());
        Assert.Equal(ProblemCodes.IdempotencyKeyReused, Assert.Single(await shop.Outbox.ListRefusedAsync()).Code);
    }

    [Fact]
    public async Task A_proxy_that_refuses_large_bodies_gets_smaller_ones()
    {
        await using var shop = await StartAfterAsync(40, async (request, send) =>
            (await request.Content!.ReadAsByteArrayAsync()).Length > 2_000
                ? new HttpResponseMessage(HttpStatusCode.RequestEntityTooLarge)
                : await send()
        );
        await shop.OrderAsync(100, trigger: Shop.Create(100) with { Content = new Content { Body = new string('x', 3_000) } });

        await EmptyAsync(shop);

        Assert.Equal(40, (await _service.ListReferencesAsync()).Count);
        var refused = Assert.Single(await shop.Outbox.ListRefusedAsync());
        Assert.Equal(("status_413", 1), (refused.Code, refused.Attempts));
    }

    [Fact]
    public async Task A_row_that_makes_its_requests_fail_does_not_stop_the_others()
    {
        await using var shop = await StartAfterAsync(20, async (request, send) =>
            (await request.Content!.ReadAsStringAsync()).Contains("order/7\"", StringComparison.Ordinal)
                ? new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("<html>firewall</html>") }
                : await send()
        );

        await Eventually.TrueAsync(async () => (await shop.Outbox.CountAsync()).Waiting == 1, "the other rows");
        shop.Network.Answer = null;
        await EmptyAsync(shop);

        Assert.Equal(20, (await _service.ListReferencesAsync()).Count);
    }

    [Theory]
    [InlineData("<html>Sign in to the network</html>")]
    [InlineData("{\"line\":1}\n")]
    [InlineData("{\"line\":1,\"status\":202}\n{\"line\":2,\"status\":0,\"id\":\"x\"}\n")]
    [InlineData("")]
    public async Task An_answer_that_is_not_that_of_a_service_is_no_acceptance(string answer)
    {
        await using var shop = await Shop.StartAsync(_service, _database);
        shop.Network.Answer = (_, _) => Task.FromResult(new HttpResponseMessage { Content = new StringContent(answer) });
        await shop.OrderAsync(1);

        await Eventually.TrueAsync(() => shop.Network.Requests >= 3, "attempts");
        shop.Network.Answer = null;
        await EmptyAsync(shop);

        Assert.Equal(["order/1"], await _service.ListReferencesAsync());
    }

    [Fact]
    public async Task The_trace_leads_from_the_transaction_to_the_service()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is NotifyTelemetry.Name or "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var shop = await Shop.StartAsync(_service, _database);

        using var activity = new Activity("checkout").Start();
        await shop.OrderAsync(1);
        activity.Stop();
        await EmptyAsync(shop);

        var queries = _service.Embedded.GetRequiredService<INotificationQueries>();
        var page = await queries.ListAsync(new NotificationQuery { Tenant = Trigger.DefaultTenant }, new PageRequest());
        var store = _service.Embedded.GetRequiredService<INotificationStore>();
        var stored = await store.FindAsync(Trigger.DefaultTenant, page.Items.Single().Id, CancellationToken.None);
        Assert.Equal(activity.TraceId, ActivityContext.Parse(stored!.TraceParent!, null).TraceId);
    }

    [Fact]
    public async Task What_waits_and_what_was_forwarded_is_measured()
    {
        var measured = new List<(string Name, double Value, string? Tag)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name.StartsWith("notify.client.outbox.", StringComparison.Ordinal))
                    own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.Start();

        await using (var waiting = await Shop.StartAsync(_service, _database, options => options.Forward = false))
        {
            await waiting.OrderAsync(1);
            await waiting.OrderAsync(2, trigger: Shop.Create(2) with { To = Recipient.Email("no address") });
            await _database.RunAsync("UPDATE notify_outbox SET enqueued_at = enqueued_at - 60000");
            listener.RecordObservableInstruments();
        }

        Assert.Contains(Take(), item => item is { Name: "notify.client.outbox.triggers", Value: 2, Tag: "waiting" });
        Assert.Contains(Take(), item => item is { Name: "notify.client.outbox.age", Value: >= 60 and < 3_600 });
        await using var shop = await Shop.StartAsync(_service, _database);
        await EmptyAsync(shop);
        await Eventually.TrueAsync(
            () => Take().Any(item => item is { Name: "notify.client.outbox.delay", Value: >= 60 and < 3_600 }),
            "the measured delay"
        );
        Assert.Contains(Take(), item => item is { Name: "notify.client.outbox.forwarded", Value: 1, Tag: "accepted" });
        Assert.Contains(Take(), item => item is { Name: "notify.client.outbox.forwarded", Value: 1, Tag: "refused" });

        void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (measured)
                measured.Add((instrument.Name, value, tags.IsEmpty ? null : (string?)tags[0].Value));
        }

        List<(string Name, double Value, string? Tag)> Take()
        {
            lock (measured)
                return [.. measured];
        }
    }

    /// <summary>Starts to forward when this many triggers wait.</summary>
    private async Task<Shop> StartAfterAsync(
        int orders,
        Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> answer
    )
    {
        await using (var first = await Shop.StartAsync(_service, _database, options => options.Forward = false))
        {
            for (var number = 0; number < orders; number++)
                await first.OrderAsync(number);
        }

        return await Shop.StartAsync(_service, _database, prepare: network => network.Answer = answer);
    }

    private static Task EmptyAsync(Shop shop) =>
        Eventually.TrueAsync(async () => (await shop.Outbox.CountAsync()).Waiting == 0, "the outbox to be empty");
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class FailoverTests
{
    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private volatile bool _down = true;

    public FailoverTests() => _passing = new Passing(_time);

    [Fact]
    public async Task A_provider_that_fails_hands_over_in_the_order_of_the_options_and_spends_no_budget()
    {
        var (a, b, c) = (Down("a"), Down("b"), Up("c"));
        await using var application = await StartAsync(["b", "a", "c"], a, b, c);

        var ended = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));

        Assert.Equal(DeliveryState.Sent, ended.State);
        Assert.Equal(["b", "a", "c"], ended.Attempts.Select(attempt => attempt.Provider));
        Assert.Equal("c", ended.Delivery.Provider);
        Assert.Equal(0, ended.Delivery.AttemptsSpent);
    }

    [Fact]
    public async Task Without_options_the_order_is_that_of_registration()
    {
        await using var application = await StartAsync([], Down("z"), Up("m"), Up("a"));

        var ended = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));

        Assert.Equal(["z", "m"], ended.Attempts.Select(attempt => attempt.Provider));
    }

    [Fact]
    public async Task A_delivery_that_is_leased_again_before_its_run_has_ended_does_not_wait_for_that_lease_to_run_out()
    {
        // Runs end after they are counted. The one that moves is held there until the delivery has its next lease.
        using var leased = new ManualResetEventSlim();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "notify.deliveries.settled")
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (_, _, tags, _) =>
            {
                if (tags.Contains(new("provider", "leased-again")) && tags.Contains(new("state", "pending")))
                    leased.Wait();
            }
        );
        listener.Start();
        await using var application = await TestApplication.StartAsync(Down("first"), Up("leased-again"));

        var id = await application.SendAsync(Recipient.Email("ada@example.org"));
        await Eventually.TrueAsync(
            async () =>
                await application.DeliveryAsync(id) is { Delivery.Provider: "leased-again" } moved
                && moved.DueAt > TimeProvider.System.GetUtcNow().AddSeconds(10),
            "the next lease"
        );
        leased.Set();

        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(id)).State);
    }

    [Fact]
    public async Task When_all_fail_the_delivery_waits_and_comes_back_to_the_first()
    {
        var (a, b) = (DownOrUp("a"), DownOrUp("b"));
        await using var application = await StartAsync(["a", "b"], a, b);
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));

        var waiting = await application.AttemptedAsync(id, 2);
        _down = false;

        Assert.True(waiting.DueAt > _time.GetUtcNow());
        var ended = await RunAsync(application, id);
        Assert.Equal(["a", "b", "a"], ended.Attempts.Select(attempt => attempt.Provider));
        Assert.Equal(0, ended.Delivery.AttemptsSpent);
    }

    [Fact]
    public async Task What_fails_for_the_recipients_sake_stays_with_its_provider()
    {
        var a = new ScriptedProvider("a", Channel.Email, _ => _down ? Outcome.Retry("mailbox full") : Outcome.Sent());
        var b = Up("b");
        await using var application = await StartAsync([], a, b);
        var id = await application.SendAsync(Recipient.Email("ada@example.org"));

        await application.AttemptedAsync(id, 1);
        _down = false;

        Assert.Equal(["a", "a"], (await RunAsync(application, id)).Attempts.Select(attempt => attempt.Provider));
        Assert.Empty(b.Sent);
    }

    [Fact]
    public async Task Tokens_go_to_the_providers_of_their_platform()
    {
        var (fcm, apns) = (Up("fcm", Channel.Push), Up("apns", Channel.Push));
        await using var application = await TestApplication.StartAsync(
            builder =>
                builder.Services.Configure<ChannelOptions>("push", options =>
                    options.PlatformProviders[Platform.Ios.Name] = ["apns"]
                ),
            fcm,
            apns
        );

        var id = await application.SendAsync([
            Recipient.PushToken("t-ios", Platform.Ios),
            Recipient.PushToken("t-android", Platform.Android),
        ]);

        await application.EndedDeliveriesAsync(id);
        Assert.Equal("t-ios", Assert.Single(apns.Sent).To.Value);
        Assert.Equal("t-android", Assert.Single(fcm.Sent).To.Value);
    }

    [Fact]
    public async Task A_circuit_opens_keeps_deliveries_waiting_without_attempts_and_closes_again()
    {
        var mail = DownOrUp("mail");
        await using var application = await StartAsync([], mail);
        var ids = new List<Guid>();
        for (var i = 0; i < 4; i++)
            ids.Add(await application.SendAsync(Recipient.Email($"u{i}@example.org")));
        await Eventually.TrueAsync(() => mail.Sent.Count == 4, "the failures that open the circuit");
        foreach (var id in ids)
            await application.AttemptedAsync(id, 1);

        for (var i = 4; i < 20; i++)
            ids.Add(await application.SendAsync(Recipient.Email($"u{i}@example.org")));
        await _passing.PassAsync(application, TimeSpan.FromSeconds(5));
        await _passing.PassAsync(application, TimeSpan.FromSeconds(5));
        Assert.Equal(4, mail.Sent.Count);

        _down = false;
        foreach (var id in ids)
            Assert.Equal(0, (await RunAsync(application, id)).Delivery.AttemptsSpent);
        Assert.All(ids.Skip(4), id => Assert.Single(mail.Sent, delivery => delivery.NotificationId == id));
    }

    [Fact]
    public async Task While_a_circuit_is_open_the_next_provider_sends_and_its_rate_is_kept()
    {
        var (a, b) = (Down("a"), Up("b"));
        await using var application = await StartAsync(
            ["a", "b"],
            builder => builder.Services.Configure<ProviderOptions>("b", options => options.MaxPerSecond = 5),
            a,
            b
        );
        var started = _time.GetUtcNow();
        for (var i = 0; i < 60; i++)
            await application.SendAsync(Recipient.Email($"u{i}@example.org"));

        await _passing.UntilAsync(
            TimeSpan.FromMilliseconds(100),
            () =>
            {
                Assert.InRange(b.Sent.Count, 0, 6 + (5 * (_time.GetUtcNow() - started).TotalSeconds));
                return b.Sent.Count == 60;
            },
            "the second provider to send everything"
        );
        Assert.InRange(a.Sent.Count, 4, 60);
    }

    [Fact]
    public async Task Deliveries_of_a_provider_that_was_taken_out_are_sent_by_another_of_the_channel()
    {
        var down = Down("old");
        await using var before = await StartAsync([], down);
        var id = await before.SendAsync(Recipient.Email("ada@example.org"));
        await before.AttemptedAsync(id, 1);
        await before.StopAsync();

        var mail = Up("new");
        await using var after = await TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.ShareStoreWith(before.Services);
            },
            mail
        );

        var ended = await RunAsync(after, id);
        Assert.Equal(DeliveryState.Sent, ended.State);
        Assert.Equal("new", ended.Delivery.Provider);
        Assert.Single(mail.Sent);
    }

    private static ScriptedProvider Up(string name, Channel? channel = null) =>
        new(name, channel ?? Channel.Email, _ => Outcome.Sent());

    private static ScriptedProvider Down(string name) => new(name, Channel.Email, _ => Outcome.ProviderFailed("outage"));

    private ScriptedProvider DownOrUp(string name) =>
        new(name, Channel.Email, _ => _down ? Outcome.ProviderFailed("outage") : Outcome.Sent());

    private Task<TestApplication> StartAsync(string[] order, params IDeliveryProvider[] providers) =>
        StartAsync(order, _ => { }, providers);

    private Task<TestApplication> StartAsync(
        string[] order,
        Action<INotificationsBuilder> configure,
        params IDeliveryProvider[] providers
    ) =>
        TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.Services.Configure<ChannelOptions>("email", options => Array.ForEach(order, options.Providers.Add));
                foreach (var provider in providers)
                {
                    builder.Services.Configure<ProviderOptions>(provider.Name, options =>
                    {
                        options.CircuitBreaker.MinimumThroughput = 4;
                        options.CircuitBreaker.BreakDuration = TimeSpan.FromSeconds(30);
                    });
                }

                configure(builder);
            },
            providers
        );

    private Task<DeliveryRecord> RunAsync(TestApplication application, Guid id) =>
        _passing.EndedDeliveryAsync(application, id, TimeSpan.FromSeconds(2));
}

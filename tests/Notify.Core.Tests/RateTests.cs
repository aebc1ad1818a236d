using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class RateTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly ManualTime _time = new();
    private readonly Passing _passing;

    public RateTests() => _passing = new Passing(_time);

    [Theory]
    [InlineData(20, 100)]
    [InlineData(1, 8)]
    public async Task A_providers_rate_is_kept_and_used(double perSecond, int deliveries)
    {
        var mail = Accepting("mail", Channel.Email);
        await using var application = await StartAsync(builder => Limit(builder, "mail", perSecond), mail);
        var started = _time.GetUtcNow();
        for (var i = 0; i < deliveries; i++)
            await application.SendAsync(
                TestApplication.Say(Recipient.Email($"u{i}@example.org")) with
                {
                    Priority = (Priority)(i % 3),
                }
            );

        await _passing.UntilAsync(
            Step,
            () =>
            {
                Assert.InRange(mail.Sent.Count, 0, Math.Ceiling(perSecond * (1 + (_time.GetUtcNow() - started).TotalSeconds)));
                return mail.Sent.Count == deliveries;
            },
            "everything to be sent"
        );
    }

    [Fact]
    public async Task Waiting_for_a_rate_spends_no_attempt_and_no_slot()
    {
        var (slow, fast) = (Accepting("slow", Channel.Email), Accepting("fast", Channel.Sms));
        await using var application = await StartAsync(builder => Limit(builder, "slow", 0.1), slow, fast);
        await application.SendAsync(Recipient.Email("first@example.org"));
        await Eventually.TrueAsync(() => slow.Sent.Count == 1, "the only permit to be used");
        var waiting = await application.SendAsync(Recipient.Email("ada@example.org"));

        await _passing.PassAsync(application, TimeSpan.FromSeconds(2));

        var delivery = await application.DeliveryAsync(waiting);
        Assert.Empty(delivery.Attempts);
        Assert.Equal(0, delivery.Delivery.AttemptsSpent);
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Phone("+46701234567")));
        Assert.Single(slow.Sent);
    }

    [Fact]
    public async Task A_throttled_provider_gets_less_and_then_more_again()
    {
        var throttle = true;
        var mail = new ScriptedProvider("mail", Channel.Email, _ =>
        {
            if (!Volatile.Read(ref throttle))
                return Outcome.Sent();
            Volatile.Write(ref throttle, false);
            return Outcome.Throttled("too many", TimeSpan.FromSeconds(1));
        });
        await using var application = await StartAsync(builder => Limit(builder, "mail", 10), mail);
        await application.AttemptedAsync(await application.SendAsync(Recipient.Email("throttled@example.org")), 1);
        for (var i = 0; i < 1_000; i++)
            await application.SendAsync(Recipient.Email($"u{i}@example.org"));

        Assert.InRange(await SentWithinAsync(mail, TimeSpan.FromSeconds(6)), 0, 45);
        await _passing.UntilAsync(Step, () => mail.Sent.Count > 250, "enough acceptances to win the rate back");
        // On a busy machine, some windows have fewer attempts than the rate allows.
        var most = 0;
        for (var i = 0; most <= 45 && i < 20; i++)
            most = Math.Max(most, await SentWithinAsync(mail, TimeSpan.FromSeconds(6)));

        Assert.InRange(most, 46, 75);
        await _passing.UntilAsync(TimeSpan.FromMilliseconds(500), () => mail.Sent.Count == 1_002, "everything to be sent");
        var ended = Assert.Single(mail.Sent.GroupBy(delivery => delivery.NotificationId), attempts => attempts.Count() == 2);
        Assert.All(ended, delivery => Assert.Equal(0, delivery.AttemptsSpent));
    }

    [Fact]
    public async Task An_unlimited_provider_that_is_throttled_becomes_limited_and_recovers()
    {
        var throttle = true;
        var mail = new ScriptedProvider("mail", Channel.Email, _ =>
            Volatile.Read(ref throttle) ? Outcome.Throttled("too many") : Outcome.Sent()
        );
        await using var application = await StartAsync(_ => { }, mail);
        await application.AttemptedAsync(await application.SendAsync(Recipient.Email("throttled@example.org")), 1);
        Volatile.Write(ref throttle, false);
        for (var i = 0; i < 300; i++)
            await application.SendAsync(Recipient.Email($"u{i}@example.org"));

        var limited = await SentWithinAsync(mail, TimeSpan.FromSeconds(3));
        await _passing.UntilAsync(TimeSpan.FromSeconds(1), () => mail.Sent.Count == 302, "everything to be sent");

        Assert.InRange(limited, 0, 20);
        for (var i = 0; i < 200; i++)
            await application.SendAsync(Recipient.Email($"v{i}@example.org"));
        await Eventually.TrueAsync(() => mail.Sent.Count == 502, "everything to be sent while time stands still");
    }

    [Fact]
    public async Task A_tenants_rate_is_kept_and_slows_no_other_tenant()
    {
        var mail = Accepting("mail", Channel.Email);
        await using var application = await StartAsync(
            builder => builder.Services.Configure<NotificationsOptions>(options => options.MaxPerSecondPerTenant = 5),
            mail
        );
        var started = _time.GetUtcNow();
        for (var i = 0; i < 50; i++)
            await application.SendAsync(TestApplication.Say(Recipient.Email($"u{i}@example.org")) with { Tenant = "loud" });
        for (var i = 0; i < 5; i++)
            await application.SendAsync(TestApplication.Say(Recipient.Email($"u{i}@example.org")) with { Tenant = "quiet" });
        await Eventually.TrueAsync(() => GetSent("quiet") == 5, "the quiet tenant's deliveries while time stands still");

        await _passing.UntilAsync(
            Step,
            () =>
            {
                Assert.InRange(GetSent("loud"), 0, 5 + (5 * (_time.GetUtcNow() - started).TotalSeconds));
                return GetSent("loud") == 50;
            },
            "the loud tenant's deliveries"
        );

        int GetSent(string tenant) => mail.Sent.Count(delivery => delivery.Tenant == tenant);
    }

    private static ScriptedProvider Accepting(string name, Channel channel) => new(name, channel, _ => Outcome.Sent());

    private static void Limit(INotificationsBuilder builder, string provider, double perSecond) =>
        builder.Services.Configure<ProviderOptions>(provider, options => options.MaxPerSecond = perSecond);

    private Task<TestApplication> StartAsync(Action<INotificationsBuilder> configure, params IDeliveryProvider[] providers) =>
        TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.Services.Configure<NotificationsOptions>(options => options.PollInterval = Step);
                configure(builder);
            },
            providers
        );

    private async Task<int> SentWithinAsync(ScriptedProvider provider, TimeSpan span)
    {
        var (before, until) = (provider.Sent.Count, _time.GetUtcNow() + span);
        await _passing.UntilAsync(Step, () => _time.GetUtcNow() >= until, "time to pass");
        return provider.Sent.Count - before;
    }
}

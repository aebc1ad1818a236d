using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class RetryTests
{
    private readonly ManualTime _time = new();
    private readonly Passing _passing;

    public RetryTests() => _passing = new Passing(_time);

    [Fact]
    public async Task Delays_grow_with_jitter_between_the_channels_base_and_longest()
    {
        var (shortest, longest) = (TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(3));
        var mail = Failing("busy");
        await using var application = await StartAsync(mail, retry =>
        {
            retry.MaxAttempts = 12;
            retry.Delay = shortest;
            retry.MaxDelay = longest;
        });

        Guid[] ids = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => application.SendAsync(Recipient.Email($"u{i}@example.org")))
        );
        foreach (var id in ids)
            await RunAsync(application, id);
        var delays = mail
            .Sent.GroupBy(delivery => delivery.Id)
            .Select(attempts => attempts.Skip(1).Select(attempt => attempt.RetryDelay).ToArray())
            .ToArray();

        var all = delays.SelectMany(ofOne => ofOne).ToArray();
        Assert.All(all, delay => Assert.InRange(delay, shortest, longest));
        Assert.True(
            delays.Select(ofOne => ofOne[0]).Distinct().Count() > 10,
            "Deliveries that failed together come back together."
        );
        Assert.All(delays, ofOne => Assert.InRange(ofOne[0], shortest, shortest * 3));
        Assert.All(delays.SelectMany(ofOne => ofOne.Zip(ofOne.Skip(1))), pair =>
            Assert.InRange(pair.Second, shortest, pair.First * 3)
        );
        Assert.True(
            delays.Average(ofOne => ofOne[^1].TotalSeconds) > delays.Average(ofOne => ofOne[0].TotalSeconds) * 2,
            "Delays do not grow."
        );
    }

    [Fact]
    public async Task A_delivery_ends_after_as_many_attempts_as_its_channel_allows()
    {
        var mail = Failing("busy");
        await using var application = await StartAsync(mail, retry => retry.MaxAttempts = 3);

        var ended = await RunAsync(application, await application.SendAsync(Recipient.Email("ada@example.org")));

        Assert.Equal(DeliveryState.DeadLetter, ended.State);
        Assert.Equal("gave up after 3 attempts: busy", ended.Reason);
        Assert.Equal(3, ended.Attempts.Count);
        Assert.Equal(3, mail.Sent.Count);
        Assert.Single(mail.Sent.Select(delivery => delivery.Id).Distinct());
    }

    [Theory]
    [InlineData(90, 90)]
    [InlineData(0, 0)]
    [InlineData(100_000, 600)]
    public async Task Retry_After_is_honored_up_to_the_longest(int asked, int granted)
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ => Outcome.Retry("later", TimeSpan.FromSeconds(asked)));
        await using var application = await StartAsync(mail, retry =>
        {
            retry.MaxAttempts = 2;
            retry.MaxRetryAfter = TimeSpan.FromMinutes(10);
            retry.MaxDelay = TimeSpan.FromSeconds(1);
        });

        var id = await application.SendAsync(Recipient.Email("ada@example.org"));
        var waiting = await application.AttemptedAsync(id, 1);

        if (granted > 0)
            Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(granted), waiting.DueAt);
        Assert.Equal(2, (await RunAsync(application, id)).Attempts.Count);
    }

    [Fact]
    public async Task What_would_expire_before_its_next_attempt_ends_at_once()
    {
        var mail = Failing("busy");
        await using var application = await StartAsync(mail, retry => retry.Delay = TimeSpan.FromMinutes(2));

        var id = await application.SendAsync(
            TestApplication.Say(Recipient.Email("ada@example.org")) with
            {
                ExpiresAt = _time.GetUtcNow() + TimeSpan.FromMinutes(1),
            }
        );

        var ended = await application.EndedDeliveryAsync(id);
        Assert.Equal("expires before the next attempt: busy", ended.Reason);
        Assert.Single(mail.Sent);
    }

    [Theory]
    [InlineData(OutcomeKind.Rejected)]
    [InlineData(OutcomeKind.RecipientGone)]
    public async Task A_permanent_answer_is_never_asked_for_again(OutcomeKind kind)
    {
        var mail = new ScriptedProvider("mail", Channel.Email, _ =>
            kind == OutcomeKind.Rejected ? Outcome.Rejected("too large") : Outcome.RecipientGone("no mailbox")
        );
        await using var application = await StartAsync(mail, _ => { });

        var ended = await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("ada@example.org")));
        await _passing.PassAsync(application, TimeSpan.FromDays(1));

        Assert.Equal(DeliveryState.DeadLetter, ended.State);
        Assert.Equal(kind, Assert.Single(ended.Attempts).Outcome);
        Assert.Single(mail.Sent);
    }

    [Fact]
    public async Task A_dead_token_is_pruned_and_not_sent_to_again()
    {
        var push = new ScriptedProvider("fcm", Channel.Push, _ => Outcome.RecipientGone("unregistered"));
        await using var application = await StartAsync(push, _ => { });
        await SignInAsync(application, "phone", "token-1");

        var id = await application.SendAsync(Recipient.User("ada"));
        await application.EndedDeliveryAsync(id);
        var later = await application.SendAsync(Recipient.User("ada"));

        Assert.Equal(
            (DeliveryState.Cancelled, "the user has no address for push, pulse"),
            ((await application.DeliveryAsync(later)).State, (await application.DeliveryAsync(later)).Reason)
        );
        Assert.Single(push.Sent);
        var device = Assert.Single(
            await application.Get<IDeviceStore>().ListAsync(Trigger.DefaultTenant, "ada", CancellationToken.None)
        );
        Assert.Equal("unregistered", device.PruneReason);
        Assert.NotNull(device.PrunedAt);
    }

    [Fact]
    public async Task A_device_that_registered_anew_during_the_attempt_is_not_pruned()
    {
        var answer = new TaskCompletionSource<Outcome>();
        var push = new ScriptedProvider("fcm", Channel.Push, (_, _) => new ValueTask<Outcome>(answer.Task));
        await using var application = await StartAsync(push, _ => { });
        await SignInAsync(application, "phone", "token-1");
        var id = await application.SendAsync(Recipient.User("ada"));
        await Eventually.TrueAsync(() => push.Sent.Count == 1, "the attempt");

        await application.Get<IDeviceStore>().RemoveAsync(Trigger.DefaultTenant, "ada", "phone", CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "phone",
                UserId = "ada",
                Platform = Platform.Android,
                Token = "token-1",
            }
        );
        answer.SetResult(Outcome.RecipientGone("unregistered"));

        await application.EndedDeliveryAsync(id);
        var device = Assert.Single(
            await application.Get<IDeviceStore>().ListAsync(Trigger.DefaultTenant, "ada", CancellationToken.None)
        );
        Assert.Null(device.PrunedAt);
    }

    [Fact]
    public async Task Deliveries_that_wait_hold_neither_timers_nor_slots()
    {
        var mail = Failing("busy");
        await using var application = await StartAsync(
            mail,
            retry => retry.Delay = TimeSpan.FromHours(1),
            options => options.MaxConcurrencyPerProvider = 1
        );

        for (var i = 0; i < 200; i++)
            await application.SendAsync(
                TestApplication.Say(Recipient.Email($"u{i}@example.org")) with
                {
                    SendAt = _time.GetUtcNow().AddDays(1),
                }
            );
        var retried = await application.SendAsync(Recipient.Email("ada@example.org"));
        await application.AttemptedAsync(retried, 1);
        var sentNow = await application.SendAsync(Recipient.Email("eve@example.org"));
        await application.AttemptedAsync(sentNow, 1);

        Assert.InRange(_time.TimersWaiting, 1, 20);
    }

    private static ScriptedProvider Failing(string reason) => new("mail", Channel.Email, _ => Outcome.Retry(reason));

    private Task<TestApplication> StartAsync(
        ScriptedProvider provider,
        Action<RetryOptions> retry,
        Action<NotificationsOptions>? options = null
    ) =>
        TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.Services.Configure("email", retry).Configure(options ?? (_ => { }));
            },
            provider
        );

    private Task<DeliveryRecord> RunAsync(TestApplication application, Guid id) =>
        _passing.EndedDeliveryAsync(application, id, TimeSpan.FromSeconds(30));

    private static async Task SignInAsync(TestApplication application, string device, string token)
    {
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = device,
                UserId = "ada",
                Platform = Platform.Android,
                Token = token,
            }
        );
    }
}

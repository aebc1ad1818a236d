using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>
/// Tests that a delivery that has waited is checked against the current data of its recipient before it is sent.
/// </summary>
public sealed class RecipientCheckTests
{
    private const string Deleted = "the user was deleted";
    private const string Declined = "declined by the user's preferences";
    private const string DeviceGone = "the device was pruned or now belongs to another user";

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _mail;
    private readonly ScriptedProvider _push;
    private readonly List<RecipientQuestion> _asked = [];
    private Func<Delivery, Outcome> _answer = _ => Outcome.Sent();
    private Action? _whileSending;

    public RecipientCheckTests()
    {
        _passing = new Passing(_time);
        _mail = new ScriptedProvider("mail", Channel.Email, Answer);
        _push = new ScriptedProvider("push", Channel.Push, Answer);
    }

    [Fact]
    public async Task A_scheduled_message_to_a_deleted_user_is_cancelled()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        await RegisterAsync(application, "phone", "token");
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));

        await application.Get<IUserStore>().RemoveAsync(Trigger.DefaultTenant, "ada", CancellationToken.None);
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        await AssertCancelledAsync(application, id, Deleted, deliveries: 2);
    }

    [Theory]
    [InlineData("ads", null)]
    [InlineData(null, "email")]
    [InlineData("ads", "email")]
    [InlineData(null, null)]
    public async Task A_scheduled_message_that_the_user_declined_since_is_cancelled(string? category, string? channel)
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));

        await SaveAsync(application, preferences: Choice.OptOut(category, channel is null ? null : Channel.Create(channel)));
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        await AssertCancelledAsync(application, id, Declined);
    }

    [Fact]
    public async Task A_scheduled_message_goes_to_the_current_address()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));

        await SaveAsync(application, "countess@example.org", Choice.OptOut("other", null));
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        var sent = await application.EndedDeliveryAsync(id);
        Assert.Equal((DeliveryState.Sent, "countess@example.org"), (sent.State, sent.Delivery.To.Value));
        Assert.Equal("countess@example.org", Assert.Single(_mail.Sent).To.Value);
    }

    [Fact]
    public async Task A_scheduled_message_without_an_address_any_more_is_cancelled()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));

        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        await AssertCancelledAsync(application, id, "the user no longer has an address for email");
    }

    [Fact]
    public async Task A_scheduled_push_follows_a_refreshed_token_and_a_reinstalled_app()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await RegisterAsync(application, "phone", "token-1");
        await RegisterAsync(application, "tablet", "token-2");
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));

        await RegisterAsync(application, "phone", "token-1-refreshed");
        await RegisterAsync(application, "tablet-reinstalled", "token-2");
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        Assert.All(await application.EndedDeliveriesAsync(id), one => Assert.Equal(DeliveryState.Sent, one.State));
        Assert.Equal(["token-1-refreshed", "token-2"], _push.Sent.Select(delivery => delivery.To.Value).Order());
    }

    [Theory]
    [InlineData("moved")]
    [InlineData("removed")]
    [InlineData("pruned")]
    public async Task A_scheduled_push_to_a_device_that_is_not_the_users_any_more_is_cancelled(string how)
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await application.Directory.SaveUserAsync(new User { Id = "bob" });
        await RegisterAsync(application, "phone", "token");
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));

        var devices = application.Get<IDeviceStore>();
        if (how == "moved")
            await RegisterAsync(application, "phone", "token", "bob");
        else if (how == "removed")
            await devices.RemoveAsync(Trigger.DefaultTenant, "ada", "phone", CancellationToken.None);
        else
            await devices.PruneAsync(
                Trigger.DefaultTenant,
                null,
                "token",
                "gone",
                _time.GetUtcNow().AddMinutes(1),
                CancellationToken.None
            );
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        await AssertCancelledAsync(application, id, DeviceGone);
    }

    [Fact]
    public async Task A_message_by_a_topic_is_cancelled_for_those_who_left_it()
    {
        await using var application = await StartAsync();
        foreach (var user in (string[])["ada", "bob", "eve"])
            await SaveAsync(application, $"{user}@example.org", user: user);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "bob", "eve"]);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "sport", ["bob"]);
        var id = await application.SendAsync(InAnHour([Recipient.Topic("news"), Recipient.Topic("sport")]));
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () => (await application.DeliveriesAsync(id)).Count == 3,
            "the topics"
        );

        var topics = application.Get<ITopicStore>();
        await topics.UnsubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "bob"], CancellationToken.None);
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        Assert.Equal(
            [("ada", "the user unsubscribed from 'news'"), ("bob", null), ("eve", null)],
            (await application.EndedDeliveriesAsync(id)).Select(one => (one.Delivery.UserId, one.Reason)).Order()
        );
        Assert.Equal(["bob", "eve"], _mail.Sent.Select(delivery => delivery.UserId).Order());
    }

    [Fact]
    public async Task A_named_user_needs_no_subscription()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);
        var id = await application.SendAsync(InAnHour([Recipient.User("ada"), Recipient.Topic("news")]));

        await application.Get<ITopicStore>().UnsubscribeAsync(Trigger.DefaultTenant, "news", ["ada"], CancellationToken.None);
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(id)).State);
    }

    [Fact]
    public async Task A_retry_is_checked()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        var users = application.Get<IUserStore>();
        _answer = _ => Outcome.Retry("busy");
        _whileSending = () => users.RemoveAsync(Trigger.DefaultTenant, "ada", CancellationToken.None).AsTask().Wait();

        var id = await application.SendAsync(Recipient.User("ada"));
        var ended = await _passing.EndedDeliveryAsync(application, id, TimeSpan.FromSeconds(1));

        Assert.Equal((DeliveryState.Cancelled, Deleted, 1), (ended.State, ended.Reason, ended.Attempts.Count));
        Assert.Single(_mail.Sent);
    }

    [Fact]
    public async Task A_fallback_is_checked()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        await RegisterAsync(application, "phone", "token");
        var id = await application.SendAsync(
            TestApplication.Say(Recipient.User("ada")) with
            {
                Channels = [Channel.Push],
                Fallback = [new FallbackStep(Channel.Email, TimeSpan.FromMinutes(5))],
            }
        );
        await application.SentAsync(id, Channel.Push);

        await SaveAsync(application, preferences: Choice.OptOut(null, Channel.Email));
        await _passing.PassAsync(application, TimeSpan.FromMinutes(5));

        var mail = Assert.Single(await application.EndedDeliveriesAsync(id), one => one.Delivery.Channel == Channel.Email);
        Assert.Equal((DeliveryState.Cancelled, Declined), (mail.State, mail.Reason));
        Assert.Empty(_mail.Sent);
    }

    [Theory]
    [InlineData("countess@example.org", "countess@example.org")]
    [InlineData(null, null)]
    public async Task A_replay_uses_the_current_address(string? address, string? sentTo)
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        _answer = _ => Outcome.Rejected("no such mailbox");
        var id = await application.SendAsync(Recipient.User("ada"));
        Assert.Equal(DeliveryState.DeadLetter, (await application.EndedDeliveryAsync(id)).State);
        _answer = _ => Outcome.Sent();

        await SaveAsync(application, address);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        var now = _time.GetUtcNow();
        await application.DeadLetters.ReplayAsync(
            new ReplayRequest
            {
                Filter = new DeadLetterFilter { Tenant = Trigger.DefaultTenant },
                Now = now,
                ExpiresAt = now.AddHours(1),
                Limit = 10,
            },
            CancellationToken.None
        );
        await _passing.PassAsync(application, TimeSpan.FromSeconds(1));

        var ended = await application.EndedDeliveryAsync(id);
        Assert.Equal(address is null ? DeliveryState.Cancelled : DeliveryState.Sent, ended.State);
        Assert.Equal(sentTo, _mail.Sent.Skip(1).SingleOrDefault()?.To.Value);
    }

    [Fact]
    public async Task A_scheduled_message_keeps_the_quiet_hours_that_the_user_set_since()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));

        // Manual time begins at noon, UTC.
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
                QuietHours = new QuietHours(new TimeOnly(12, 30), new TimeOnly(15, 0)),
            }
        );
        await _passing.PassAsync(application, TimeSpan.FromHours(1.5));

        var waiting = await Eventually.FindAsync(
            async () => await application.DeliveryAsync(id) is { Reason: not null } moved ? moved : null,
            "the delivery to be put off"
        );
        Assert.Equal((DeliveryState.Pending, "quiet hours"), (waiting.State, waiting.Reason));
        Assert.Equal(new TimeSpan(15, 0, 0), waiting.DueAt!.Value.TimeOfDay);
        Assert.Empty(_mail.Sent);
        await _passing.PassAsync(application, TimeSpan.FromHours(1.5));
        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(id)).State);
    }

    [Fact]
    public async Task A_mandatory_category_is_sent_although_the_user_declined_it_since()
    {
        await using var application = await StartAsync(options => options.MandatoryCategories.Add("ads"));
        await SaveAsync(application);
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));

        await SaveAsync(application, preferences: Choice.OptOut(null, null));
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(id)).State);
    }

    [Fact]
    public async Task What_is_sent_at_once_and_what_goes_to_a_direct_address_is_not_looked_up_again()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        var atOnce = await application.SendAsync(Recipient.User("ada"));
        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(atOnce)).State);
        var direct = await application.SendAsync(InAnHour(Recipient.Email("bob@example.org")));
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(direct)).State);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Many_that_wait_are_looked_up_together_and_only_their_own_tenants_count()
    {
        await using var application = await StartAsync();
        const int Users = 40;
        foreach (var tenant in (string[])["ann", "bob"])
        {
            for (var i = 0; i < Users; i++)
                await SaveAsync(application, $"u{i}@{tenant}.example", user: $"u{i}", tenant: tenant);
            await application.SendAsync(
                InAnHour([.. Enumerable.Range(0, Users).Select(i => Recipient.User($"u{i}"))]) with
                {
                    Tenant = tenant,
                }
            );
        }

        for (var i = 0; i < Users; i += 2)
            await application.Get<IUserStore>().RemoveAsync("ann", $"u{i}", CancellationToken.None);
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        await Eventually.TrueAsync(() => _mail.Sent.Count == Users * 3 / 2, "those who are left");
        Assert.Equal(Users / 2, _mail.Sent.Count(delivery => delivery.Tenant == "ann"));
        Assert.InRange(_questions, 1, 12);
    }

    [Fact]
    public async Task Nothing_is_sent_while_the_store_does_not_answer_and_everything_afterwards()
    {
        await using var application = await StartAsync();
        await SaveAsync(application);
        var id = await application.SendAsync(InAnHour(Recipient.User("ada")));
        _failing = true;
        await _passing.PassAsync(application, TimeSpan.FromMinutes(59));
        _time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                return _failures > 1;
            },
            "the store to be asked again"
        );
        Assert.Empty(_mail.Sent);

        _failing = false;
        await _passing.UntilAsync(TimeSpan.FromSeconds(1), () => _mail.Sent.Count == 1, "the message");
        Assert.Equal(DeliveryState.Sent, (await application.EndedDeliveryAsync(id)).State);
    }

    private volatile bool _failing;
    private volatile int _failures;
    private volatile int _questions;

    private Outcome Answer(Delivery delivery)
    {
        _whileSending?.Invoke();
        return _answer(delivery);
    }

    private async Task AssertCancelledAsync(TestApplication application, Guid id, string reason, int deliveries = 1)
    {
        var ended = await application.EndedDeliveriesAsync(id);
        Assert.Equal(deliveries, ended.Count);
        Assert.All(ended, one => Assert.Equal((DeliveryState.Cancelled, reason, 0), (one.State, one.Reason, one.Attempts.Count)));
        Assert.Empty(_mail.Sent);
        Assert.Empty(_push.Sent);
    }

    private Trigger InAnHour(RecipientList to) =>
        TestApplication.Say(to) with
        {
            Category = "ads",
            SendAt = _time.GetUtcNow() + TimeSpan.FromHours(1),
        };

    private static Task SaveAsync(
        TestApplication application,
        string? email = "ada@example.org",
        PreferenceChange? preferences = null,
        string user = "ada",
        string tenant = Trigger.DefaultTenant
    ) =>
        application.Directory.SaveUserAsync(
            new User
            {
                Tenant = tenant,
                Id = user,
                Addresses = email is null ? new Dictionary<string, string>() : new() { ["email"] = email },
            },
            preferences is null ? [] : [preferences]
        );

    private static Task RegisterAsync(TestApplication application, string id, string token, string user = "ada") =>
        application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = id,
                UserId = user,
                Platform = Platform.Android,
                Token = token,
            }
        );

    private Task<TestApplication> StartAsync(Action<NotificationsOptions>? configure = null) =>
        TestApplication.StartAsync(
            builder =>
            {
                if (configure is not null)
                    builder.Services.Configure(configure);
                _passing.AddTo(builder);
                builder.UseInMemory().Services.Decorate<IRecipientCheckStore>(store => new WatchedChecks(store, this));
            },
            _mail,
            _push
        );

    private sealed class WatchedChecks(IRecipientCheckStore store, RecipientCheckTests test) : IRecipientCheckStore
    {
        public ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
            IReadOnlyList<RecipientQuestion> questions,
            CancellationToken cancellationToken
        )
        {
            if (test._failing)
            {
                Interlocked.Increment(ref test._failures);
                throw new InvalidOperationException("The store is away.");
            }

            Interlocked.Increment(ref test._questions);
            lock (test._asked)
                test._asked.AddRange(questions);
            return store.ReadAsync(questions, cancellationToken);
        }

        public ValueTask<IReadOnlyList<bool>> RedirectAsync(
            IReadOnlyList<Redirection> redirections,
            CancellationToken cancellationToken
        ) => store.RedirectAsync(redirections, cancellationToken);
    }
}

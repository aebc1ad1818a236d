using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class FanOutTests
{
    private const int Subscribers = 2_345;

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    public FanOutTests() => _passing = new Passing(_time);

    [Fact]
    public async Task Every_subscriber_gets_one_and_progress_says_how_far_it_is()
    {
        var batches = 0;
        await using var application = await StartAsync(store => new ExpansionProbe(store) { Advanced = _ => batches++ });

        var id = await BroadcastAsync(application);

        AssertEverybodyGotOne();
        Assert.InRange(batches, 2, Subscribers / 100);
        var progress = await ProgressAsync(application, id);
        Assert.Equal((Subscribers, Subscribers, true), (progress.Done, progress.Total, progress.IsComplete));
        Assert.Equal(TimeSpan.Zero, progress.Remaining);
        Assert.Single(_mail.Sent.Select(delivery => delivery.Content).Distinct(ReferenceEqualityComparer.Instance));
        Assert.All(_mail.Sent, delivery => Assert.Equal(0, delivery.ContentIndex));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_in_the_middle_loses_nobody_and_repeats_nobody(bool afterTheWrite)
    {
        var calls = 0;
        void FailOnce(ExpansionStep step)
        {
            if (++calls == 2)
                throw new InvalidOperationException("the connection broke");
        }

        await using var application = await StartAsync(store => new ExpansionProbe(store)
        {
            Advancing = afterTheWrite ? null : FailOnce,
            Advanced = afterTheWrite ? FailOnce : null,
        });

        var id = await BroadcastAsync(application);

        AssertEverybodyGotOne();
        Assert.Equal(Subscribers, (await ProgressAsync(application, id)).Done);
    }

    [Fact]
    public async Task Cancelling_in_the_middle_stops_the_rest()
    {
        var reached = new TaskCompletionSource();
        var goOn = new ManualResetEventSlim();
        await using var application = await StartAsync(store => new ExpansionProbe(store)
        {
            Advanced = step =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                reached.TrySetResult();
                goOn.Wait();
            },
        });
        await SubscribeAsync(application);
        var id = await application.SendAsync(Recipient.Topic("news"));
        await reached.Task;

        var progress = await ProgressAsync(application, id);
        Assert.False(progress.IsComplete);
        Assert.InRange(progress.Done, 1, Subscribers - 1);
        await application.Notifier.CancelAsync(Trigger.DefaultTenant, id);
        goOn.Set();
        await _passing.PassAsync(application, TimeSpan.FromMinutes(5));

        Assert.Equal(progress.Done, (await ProgressAsync(application, id)).Done);
        Assert.True((await ProgressAsync(application, id)).IsComplete);
        Assert.InRange(_mail.Sent.Count, 0, (int)progress.Done);
    }

    [Fact]
    public async Task Preferences_hold_for_each_subscriber_and_those_who_do_not_exist_are_recorded()
    {
        await using var application = await StartAsync(store => store);
        var wanted = new User
        {
            Id = "yes",
            Addresses = new Dictionary<string, string> { ["email"] = "yes@example.org" },
        };
        await application.Directory.SaveUserAsync(wanted);
        await application.Directory.SaveUserAsync(wanted with { Id = "no" }, Choice.OptOut("news", null));
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["yes", "no", "stranger"]);

        var id = await application.SendAsync(TestApplication.Say(Recipient.Topic("news")) with { Category = "news" });
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () => (await ProgressAsync(application, id)).IsComplete,
            "the topic"
        );

        Assert.Equal(
            [
                ("no", DeliveryState.Cancelled, "declined by the user's preferences"),
                ("stranger", DeliveryState.Cancelled, "the user does not exist"),
                ("yes", DeliveryState.Sent, null),
            ],
            (await application.EndedDeliveriesAsync(id)).Select(one => (one.Delivery.UserId, one.State, one.Reason)).Order()
        );
    }

    [Fact]
    public async Task A_user_who_is_named_and_subscribed_gets_one()
    {
        await using var application = await StartAsync(store => store);
        await SaveAsync(application, "ada", "bob");
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "bob"]);

        var id = await application.SendAsync([Recipient.Topic("news"), Recipient.User("ada")]);

        await AssertSentAsync(application, id, "ada", "bob");
        Assert.Equal(2, (await ProgressAsync(application, id)).Done);
    }

    [Fact]
    public async Task A_subscriber_of_several_topics_gets_one()
    {
        await using var application = await StartAsync(store => store);
        await SaveAsync(application, "ada", "bob", "eve");
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "eve"]);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "sport", ["ada", "bob"]);

        var id = await application.SendAsync([Recipient.Topic("news"), Recipient.Topic("sport"), Recipient.Topic("news")]);

        await AssertSentAsync(application, id, "ada", "bob", "eve");
        Assert.Equal(
            ["ada by news", "bob by sport", "eve by news"],
            (await application.DeliveriesAsync(id)).Select(one => $"{one.Delivery.UserId} by {one.Delivery.Topic}").Order()
        );
    }

    [Fact]
    public async Task Large_topics_that_overlap_reach_every_subscriber_once()
    {
        await using var application = await StartAsync(store => store);
        string[] users = [.. Enumerable.Range(0, Subscribers).Select(i => $"user-{i:0000}")];
        await SaveAsync(application, users);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "first", users[..1_500]);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "second", users[900..]);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "third", [.. users.Where((_, i) => i % 7 == 0)]);

        var id = await application.SendAsync([Recipient.Topic("first"), Recipient.Topic("second"), Recipient.Topic("third")]);

        await AssertSentAsync(application, id, users);
    }

    [Fact]
    public async Task A_small_topic_does_not_wait_for_a_large_one()
    {
        var advanced = new ConcurrentQueue<string>();
        using var areBothAccepted = new ManualResetEventSlim();
        await using var application = await StartAsync(store => new ExpansionProbe(store)
        {
            Advanced = step =>
            {
                advanced.Enqueue(step.Lease.Topic);
                areBothAccepted.Wait(CancellationToken.None);
            },
        });
        await SubscribeAsync(application);
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "alarms", [UserId(1)]);

        var news = await application.SendAsync(Recipient.Topic("news"));
        var alarms = await application.SendAsync(Recipient.Topic("alarms"));
        areBothAccepted.Set();
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () =>
                (await ProgressAsync(application, news)).IsComplete && (await ProgressAsync(application, alarms)).IsComplete,
            "both topics"
        );

        var topics = advanced.ToList();
        Assert.InRange(topics.IndexOf("alarms"), 0, 2);
        Assert.True(topics.LastIndexOf("news") > 1);
    }

    private void AssertEverybodyGotOne() =>
        Assert.Equal(
            Enumerable.Range(0, Subscribers).Select(UserId),
            _mail.Sent.Select(delivery => delivery.UserId).Order(StringComparer.Ordinal)
        );

    private static async Task SaveAsync(TestApplication application, params string[] users) =>
        await application
            .Get<IUserStore>()
            .SaveAsync(
                [
                    .. users.Select(user => new User
                    {
                        Id = user,
                        Addresses = new Dictionary<string, string> { ["email"] = $"{user}@example.org" },
                    }),
                ],
                CancellationToken.None
            );

    /// <summary>Waits for the broadcast, and asserts that exactly these users got one message each.</summary>
    private async Task AssertSentAsync(TestApplication application, Guid id, params string[] users)
    {
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () => _mail.Sent.Count >= users.Length && (await ProgressAsync(application, id)).IsComplete,
            "the broadcast"
        );
        await _passing.PassAsync(application, TimeSpan.FromMinutes(1));
        Assert.Equal(users, _mail.Sent.Select(delivery => delivery.UserId).Order(StringComparer.Ordinal));
    }

    private static string UserId(int number) => $"u-{number:00000}";

    private async Task<Guid> BroadcastAsync(TestApplication application)
    {
        await SubscribeAsync(application);
        var id = await application.SendAsync(Recipient.Topic("news"));
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () => _mail.Sent.Count >= Subscribers && (await ProgressAsync(application, id)).IsComplete,
            "the broadcast"
        );
        await _passing.PassAsync(application, TimeSpan.FromMinutes(1));
        return id;
    }

    private static async Task SubscribeAsync(TestApplication application)
    {
        var users = application.Get<IUserStore>();
        await users.SaveAsync(
            [
                .. Enumerable
                    .Range(0, Subscribers)
                    .Select(i => new User
                    {
                        Id = UserId(i),
                        Addresses = new Dictionary<string, string> { ["email"] = $"u{i}@example.org" },
                    }),
            ],
            CancellationToken.None
        );
        await application.Directory.SubscribeAsync(
            Trigger.DefaultTenant,
            "news",
            [.. Enumerable.Range(0, Subscribers).Select(UserId)]
        );
    }

    private static async Task<ExpansionProgress> ProgressAsync(TestApplication application, Guid id) =>
        Assert.Single(await application.Expansions.GetProgressAsync(Trigger.DefaultTenant, id, CancellationToken.None));

    private Task<TestApplication> StartAsync(Func<IExpansionStore, IExpansionStore> decorate) =>
        TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.UseInMemory().Services.Decorate(decorate);
            },
            _mail
        );
}

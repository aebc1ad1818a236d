using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>A broadcast or a digest that fails, or never comes to its end, delays nothing of another tenant.</summary>
public sealed class TurnTests
{
    private const string Evil = "evil";
    private static readonly string[] Good = ["ann", "bob", "zoe"];

    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Theory]
    [InlineData(Trouble.Throws)]
    [InlineData(Trouble.Hangs)]
    [InlineData(Trouble.Spins)]
    public async Task A_tenants_broadcasts_do_not_wait_for_those_of_a_tenant_in_trouble(Trouble trouble)
    {
        using var end = new ManualResetEventSlim();
        await using var application = await StartAsync(builder =>
            builder.Services.Decorate<ITopicStore>(topics => new TroubledTopics(topics, trouble, end))
        );
        for (var i = 0; i < 30; i++)
            await application.SendAsync(Broadcast(Evil));

        foreach (var tenant in Good)
            await application.SendAsync(Broadcast(tenant));

        await Eventually.TrueAsync(() => Task.FromResult(SentTo(Good)), "the broadcasts of the other tenants");
        Assert.DoesNotContain(_mail.Sent, delivery => delivery.Tenant == Evil);
        end.Set();
    }

    [Theory]
    [InlineData(Trouble.Throws)]
    [InlineData(Trouble.Hangs)]
    [InlineData(Trouble.Spins)]
    public async Task A_tenants_digests_do_not_wait_for_those_of_a_tenant_in_trouble(Trouble trouble)
    {
        using var end = new ManualResetEventSlim();
        TroubledUsers? users = null;
        var time = new ManualTime();
        var passing = new Passing(time);
        await using var application = await StartAsync(builder =>
        {
            passing.AddTo(builder);
            builder.Services.Decorate<IUserStore>(inner => users = new TroubledUsers(inner, trouble, end));
        });
        for (var i = 0; i < 30; i++)
            await application.SendAsync(Collected(Evil) with { Category = $"category-{i}" });
        foreach (var tenant in Good)
            await application.SendAsync(Collected(tenant));
        users!.IsInTrouble = true;

        time.Advance(TimeSpan.FromSeconds(2));
        await passing.WaitUntilAsync(() => SentTo(Good), "the digests of the other tenants");
        Assert.DoesNotContain(_mail.Sent, delivery => delivery.Tenant == Evil);
        end.Set();
    }

    [Fact]
    public async Task A_broadcast_that_fails_does_not_stall_its_tenants_other_broadcasts()
    {
        using var end = new ManualResetEventSlim();
        await using var application = await StartAsync(builder =>
            builder.Services.Decorate<ITopicStore>(topics => new TroubledTopics(topics, Trouble.Throws, end, "broken", "ann"))
        );
        await application.Directory.SubscribeAsync("ann", "broken", ["u"]);
        for (var i = 0; i < 10; i++)
            await application.SendAsync(Broadcast("ann", "broken"));

        var id = await application.SendAsync(Broadcast("ann"));

        await Eventually.TrueAsync(
            async () => (await application.DeliveriesAsync(id, "ann")).Any(delivery => delivery.State == DeliveryState.Sent),
            "the broadcast to the other topic"
        );
    }

    [Fact]
    public async Task A_broadcast_that_fails_ten_times_is_a_dead_letter_that_tells_why()
    {
        using var end = new ManualResetEventSlim();
        var time = new ManualTime();
        var passing = new Passing(time);
        var failures = new List<(DateTimeOffset At, DateTimeOffset? RetryAt)>();
        await using var application = await StartAsync(builder =>
        {
            passing.AddTo(builder);
            builder.Services.Decorate<ITopicStore>(topics => new TroubledTopics(topics, Trouble.Throws, end));
            builder.Services.Decorate<IExpansionStore>(expansions => new ExpansionProbe(expansions)
            {
                Failed = failure => failures.Add((failure.At, failure.RetryAt)),
            });
        });

        var id = await application.SendAsync(Broadcast(Evil));
        ExpansionProgress? progress = null;
        await passing.UntilAsync(
            TimeSpan.FromSeconds(5),
            async () =>
            {
                progress = Assert.Single(await application.Expansions.GetProgressAsync(Evil, id, CancellationToken.None));
                return progress.IsComplete;
            },
            "the dead letter"
        );

        Assert.True(progress!.IsDeadLetter);
        Assert.Equal(10, progress.Failures);
        Assert.Contains(nameof(InvalidTimeZoneException), progress.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", progress.Reason, StringComparison.Ordinal);
        Assert.Equal(
            [1, 2, 4, 8, 16, 32, 64, 128, 256, null],
            failures.Select(failure => (failure.RetryAt - failure.At)?.TotalSeconds)
        );
    }

    private static Trigger Broadcast(string tenant, string topic = "news") =>
        TestApplication.Say(Recipient.Topic(topic)) with
        {
            Tenant = tenant,
        };

    private static Trigger Collected(string tenant) =>
        new()
        {
            Tenant = tenant,
            To = Recipient.User("u"),
            Template = "summary",
            Data = new { },
            Digest = new Digest { Window = TimeSpan.FromSeconds(1) },
        };

    private bool SentTo(IEnumerable<string> tenants) =>
        tenants.All(tenant => _mail.Sent.Any(delivery => delivery.Tenant == tenant));

    private async Task<TestApplication> StartAsync(Action<INotificationsBuilder> decorate)
    {
        var application = await TestApplication.StartAsync(
            builder =>
            {
                builder.UseInMemory();
                decorate(builder);
            },
            _mail
        );
        foreach (var tenant in Good.Append(Evil))
        {
            await application.Directory.SaveUserAsync(
                new User
                {
                    Tenant = tenant,
                    Id = "u",
                    Addresses = new Dictionary<string, string> { ["email"] = "u@example.org" },
                }
            );
            await application.Directory.SubscribeAsync(tenant, "news", ["u"]);
            await application.Templates.SaveAsync(
                new Template
                {
                    Tenant = tenant,
                    Name = "summary",
                    Variants = [new TemplateVariant { Title = "Summary", Body = "{{count}}" }],
                }
            );
        }

        return application;
    }

    /// <summary>The trouble that the work of one tenant runs into.</summary>
    public enum Trouble
    {
        Throws,
        Hangs,

        /// <summary>Keeps its thread busy, and hears of no cancellation.</summary>
        Spins,
    }

    private static async ValueTask MeetAsync(Trouble trouble, ManualResetEventSlim end, CancellationToken cancellationToken)
    {
        switch (trouble)
        {
            case Trouble.Throws:
                throw new InvalidTimeZoneException("a secret");
            case Trouble.Hangs:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                break;
            default:
                end.Wait(CancellationToken.None);
                break;
        }
    }

    private sealed class TroubledTopics(
        ITopicStore topics,
        Trouble trouble,
        ManualResetEventSlim end,
        string topicInTrouble = "news",
        string tenantInTrouble = Evil
    ) : ITopicStore
    {
        public ValueTask SubscribeAsync(
            string tenant,
            string topic,
            IReadOnlyList<string> userIds,
            CancellationToken cancellationToken
        ) => topics.SubscribeAsync(tenant, topic, userIds, cancellationToken);

        public ValueTask UnsubscribeAsync(
            string tenant,
            string topic,
            IReadOnlyList<string> userIds,
            CancellationToken cancellationToken
        ) => topics.UnsubscribeAsync(tenant, topic, userIds, cancellationToken);

        public async ValueTask<IReadOnlyList<string>> ListAsync(
            string tenant,
            string topic,
            string after,
            int limit,
            CancellationToken cancellationToken
        )
        {
            if ((tenant, topic) == (tenantInTrouble, topicInTrouble))
                await MeetAsync(trouble, end, cancellationToken);
            return await topics.ListAsync(tenant, topic, after, limit, cancellationToken);
        }

        public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
            string tenant,
            string prefix,
            string after,
            int limit,
            CancellationToken cancellationToken
        ) => topics.ListTopicsAsync(tenant, prefix, after, limit, cancellationToken);

        public ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken) =>
            topics.CountAsync(tenant, topic, cancellationToken);
    }

    private sealed class TroubledUsers(IUserStore users, Trouble trouble, ManualResetEventSlim end) : IUserStore
    {
        public bool IsInTrouble { get; set; }

        public ValueTask SaveAsync(IReadOnlyList<User> saved, CancellationToken cancellationToken) =>
            users.SaveAsync(saved, cancellationToken);

        public async ValueTask<IReadOnlyList<UserRecord>> FindAsync(
            string tenant,
            IReadOnlyList<string> ids,
            CancellationToken cancellationToken
        )
        {
            if (IsInTrouble && tenant == Evil)
                await MeetAsync(trouble, end, cancellationToken);
            return await users.FindAsync(tenant, ids, cancellationToken);
        }

        public ValueTask<IReadOnlyList<User>> ListAsync(
            string tenant,
            string prefix,
            string after,
            int limit,
            CancellationToken cancellationToken
        ) => users.ListAsync(tenant, prefix, after, limit, cancellationToken);

        public ValueTask<bool> UpdateAsync(
            string tenant,
            string id,
            Func<UserRecord, UserRecord?> change,
            CancellationToken cancellationToken
        ) => users.UpdateAsync(tenant, id, change, cancellationToken);

        public ValueTask<bool> RemoveAsync(
            string tenant,
            string id,
            Func<UserRecord, bool> condition,
            CancellationToken cancellationToken
        ) => users.RemoveAsync(tenant, id, condition, cancellationToken);
    }
}

using System.Collections;
using System.Data;
using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>A throttle's permit is spent only for a message that is stored, at the time when it is planned.</summary>
public sealed class PermitTests
{
    private static readonly TimeSpan Per = TimeSpan.FromHours(1);

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    public PermitTests() => _passing = new Passing(_time);

    [Theory]
    [InlineData("key")]
    [InlineData(null)]
    public async Task A_trigger_that_could_not_be_stored_gives_its_permit_back(string? key)
    {
        var failures = 1;
        await using var application = await StartAsync(builder =>
            builder.Decorate<IDeliveryQueue>((_, queue) => new QueueProbe(queue) { Enqueueing = _ => FailWhile(failures-- > 0) })
        );
        var trigger = Throttled(Recipient.Email("ada@example.org")) with { IdempotencyKey = key };

        await Assert.ThrowsAsync<InvalidOperationException>(() => application.SendAsync(trigger));

        var retried = await application.EndedDeliveryAsync(await application.SendAsync(trigger));
        Assert.Equal((DeliveryState.Sent, null), (retried.State, retried.Reason));
        await AssertThrottledAsync(application, Recipient.Email("ada@example.org"));
    }

    [Fact]
    public async Task A_trigger_that_was_stored_although_its_answer_was_lost_keeps_its_permit()
    {
        var failures = 1;
        await using var application = await StartAsync(builder =>
            builder.Decorate<IDeliveryQueue>((_, queue) => new QueueProbe(queue) { Enqueued = () => FailWhile(failures-- > 0) })
        );
        var trigger = Throttled(Recipient.Email("ada@example.org")) with { IdempotencyKey = "key" };

        await Assert.ThrowsAsync<InvalidOperationException>(() => application.SendAsync(trigger));

        Assert.True((await application.Notifier.TriggerAsync(trigger)).IsDuplicate);
        await AssertThrottledAsync(application, Recipient.Email("ada@example.org"));
    }

    [Fact]
    public async Task A_caller_that_hangs_up_before_its_trigger_is_stored_gives_its_permit_back()
    {
        using var caller = new CancellationTokenSource();
        await using var application = await StartAsync(builder =>
            builder.Decorate<IDeliveryQueue>(
                (_, queue) =>
                    new QueueProbe(queue)
                    {
                        Enqueueing = _ =>
                        {
                            caller.Cancel();
                            caller.Token.ThrowIfCancellationRequested();
                        },
                    }
            )
        );
        var trigger = Throttled(Recipient.Email("ada@example.org"));
        await Assert.ThrowsAsync<OperationCanceledException>(() => application.Notifier.TriggerAsync(trigger, caller.Token));

        Assert.Equal([true], await TakeAsync(application, Recipient.Email("ada@example.org")));
    }

    [Fact]
    public async Task A_caller_that_hangs_up_in_the_middle_of_a_list_gives_back_the_permits_of_what_is_not_stored()
    {
        using var caller = new CancellationTokenSource();
        await using var application = await StartAsync(_ => { });
        Trigger[] triggers = [.. Enumerable.Range(0, 300).Select(i => Throttled(Recipient.Email($"user{i}@example.org")))];
        var list = new ListThatCallsAt(triggers, triggers.Length - 1, caller.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => application.Notifier.TriggerManyAsync(list, caller.Token));

        var taken = new List<bool>();
        foreach (var trigger in triggers)
            taken.AddRange(await TakeAsync(application, trigger.To[0]));
        Assert.Equal([false, true], [taken[0], taken[^2]]);
        Assert.Equal(taken.Count(isFree => !isFree), taken.LastIndexOf(false) + 1);
    }

    /// <summary>Triggers with the same key take turns, so that only one of them takes a permit.</summary>
    [Fact]
    public async Task A_trigger_does_not_wait_for_one_with_another_key()
    {
        var answer = new TaskCompletionSource();
        await using var application = await StartAsync(builder =>
            builder.Decorate<IUserStore>((_, users) => new UserProbe(users) { Found = _ => answer.Task })
        );
        await SubscribeAsync(application, "ada");

        var slow = application.SendAsync(Throttled(Recipient.User("ada")) with { IdempotencyKey = "slow" });
        var others = Enumerable
            .Range(0, 1_000)
            .Select(i => Throttled(Recipient.Email($"user{i}@example.org")) with { IdempotencyKey = $"key-{i}" });
        await Task.WhenAll(others.Select(application.SendAsync)).WaitAsync(TimeSpan.FromMinutes(3));

        Assert.False(slow.IsCompleted);
        answer.SetResult();
        await slow;
    }

    [Fact]
    public async Task A_transaction_that_cannot_take_a_trigger_gives_its_permit_back()
    {
        await using var application = await StartAsync(builder => builder.Services.AddSingleton<IOutbox, BrokenOutbox>());
        var trigger = Throttled(Recipient.Email("ada@example.org"));

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            application.Notifier.TriggerAsync(trigger, new NoTransaction())
        );

        Assert.Equal([true], await TakeAsync(application, Recipient.Email("ada@example.org")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_of_a_broadcast_that_fails_throttles_none_of_its_subscribers(bool afterTheWrite)
    {
        var failures = 1;
        void FailOnce(ExpansionStep step) => FailWhile(step.Deliveries.Count > 0 && failures-- > 0);
        await using var application = await StartAsync(builder =>
            builder.Decorate<IExpansionStore>(
                (_, expansions) =>
                    new ExpansionProbe(expansions)
                    {
                        Advancing = afterTheWrite ? null : FailOnce,
                        Advanced = afterTheWrite ? FailOnce : null,
                    }
            )
        );
        await SubscribeAsync(application, "ada", "bob");

        var id = await application.SendAsync(Throttled(Recipient.Topic("news")));
        await _passing.WaitUntilAsync(() => failures <= 0, "the failure");
        await UntilExpandedAsync(application, id);
        await _passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () => (await application.DeliveriesAsync(id)).All(one => one.State != DeliveryState.Pending),
            "the deliveries"
        );

        Assert.Equal(
            [("ada", DeliveryState.Sent), ("bob", DeliveryState.Sent)],
            (await application.DeliveriesAsync(id)).Select(one => (one.Delivery.UserId!, one.State)).Order()
        );
        await AssertThrottledAsync(application, Recipient.User("ada"));
    }

    [Fact]
    public async Task A_broadcast_counts_when_it_is_expanded_and_not_when_it_was_accepted()
    {
        var isSlow = false;
        await using var application = await StartAsync(builder =>
            builder.Decorate<IUserStore>(
                (_, users) =>
                    new UserProbe(users)
                    {
                        Found = _ =>
                        {
                            if (isSlow)
                                _time.Advance(TimeSpan.FromSeconds(10));
                            isSlow = false;
                            return Task.CompletedTask;
                        },
                    }
            )
        );
        await SubscribeAsync(application, "ada");
        var accepted = _time.GetUtcNow();

        isSlow = true;
        var id = await application.SendAsync(Throttled(Recipient.Topic("news")));
        await UntilExpandedAsync(application, id);

        var afterAcceptance = accepted + Per + TimeSpan.FromSeconds(5);
        Assert.Equal([false], await TakeAsync(application, Recipient.User("ada"), afterAcceptance));
        Assert.Equal([true], await TakeAsync(application, Recipient.User("ada"), _time.GetUtcNow() + Per));
    }

    private static void FailWhile(bool isBroken)
    {
        if (isBroken)
            throw new InvalidOperationException("The connection broke.");
    }

    private static Trigger Throttled(Recipient to) =>
        TestApplication.Say(to) with
        {
            Category = "news",
            Throttle = new Throttle(1, Per),
        };

    private static async Task AssertThrottledAsync(TestApplication application, Recipient recipient)
    {
        var next = await application.EndedDeliveryAsync(await application.SendAsync(Throttled(recipient)));
        Assert.Equal((DeliveryState.Cancelled, "throttled"), (next.State, next.Reason));
    }

    private async Task<IReadOnlyList<bool>> TakeAsync(
        TestApplication application,
        Recipient recipient,
        DateTimeOffset? at = null
    ) =>
        await application
            .Get<IThrottleStore>()
            .TryTakeAsync(
                new ThrottleRequest
                {
                    Tenant = Trigger.DefaultTenant,
                    Category = "news",
                    Recipients = [recipient.Key],
                    Max = 1,
                    Per = Per,
                    Now = at ?? _time.GetUtcNow(),
                },
                CancellationToken.None
            );

    private static async Task SubscribeAsync(TestApplication application, params string[] users)
    {
        foreach (var user in users)
            await application.Directory.SaveUserAsync(
                new User
                {
                    Id = user,
                    Addresses = new Dictionary<string, string> { ["email"] = $"{user}@example.org" },
                }
            );
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", users);
    }

    private Task UntilExpandedAsync(TestApplication application, Guid id) =>
        _passing.UntilAsync(
            TimeSpan.FromSeconds(1),
            async () =>
                Assert
                    .Single(await application.Expansions.GetProgressAsync(Trigger.DefaultTenant, id, CancellationToken.None))
                    .IsComplete,
            "the broadcast"
        );

    private Task<TestApplication> StartAsync(Action<INotificationsBuilder> configure) =>
        TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                configure(builder.UseInMemory());
            },
            _mail
        );

    private sealed class BrokenOutbox : IOutbox
    {
        public ValueTask<EnqueueResult> EnqueueAsync(
            EnqueueRequest request,
            DbTransaction transaction,
            CancellationToken cancellationToken
        ) => throw new InvalidOperationException("The connection broke.");
    }

    private sealed class NoTransaction : DbTransaction
    {
        public override IsolationLevel IsolationLevel => IsolationLevel.Unspecified;

        protected override DbConnection? DbConnection => null;

        public override void Commit() { }

        public override void Rollback() { }
    }

    /// <summary>A list that calls an action when an element is read.</summary>
    private sealed class ListThatCallsAt(Trigger[] triggers, int index, Action action) : IReadOnlyList<Trigger>
    {
        public int Count => triggers.Length;

        public Trigger this[int i]
        {
            get
            {
                if (i == index)
                    action();
                return triggers[i];
            }
        }

        public IEnumerator<Trigger> GetEnumerator() => ((IEnumerable<Trigger>)triggers).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// This part tests the search for notifications by their progress and channels. A store may return notifications that do not
/// match, but must not skip one that matches.
/// </summary>
public abstract partial class StoreConformance
{
    private static readonly NotificationSearch Any = new()
    {
        Filter = All,
        Limit = 2,
        MaxScanned = 3,
        MaxSubscribers = 5_000,
    };

    [Fact]
    public async Task Notifications_are_searched_by_each_part_of_their_progress_batch_by_batch()
    {
        var made = await MakeEveryProgressAsync();

        await AssertFoundAsync(made, Any with { Part = ProgressPart.Waiting }, "collecting", "running", "pending");
        await AssertFoundAsync(made, Any with { Part = ProgressPart.Sent }, "sent", "mixed", "summarized");
        await AssertFoundAsync(
            made,
            Any with
            {
                Part = ProgressPart.DeadLetter,
            },
            "dead",
            "mixed",
            "dead event",
            "dead expansion"
        );
        await AssertFoundAsync(made, Any with { Part = ProgressPart.Cancelled }, "cancelled", "cancelled event", "stopped");
        await AssertFoundAsync(made, Any with { Part = ProgressPart.None }, "skipped", "empty", "summary");
        await AssertFoundAsync(made, Any, [.. made.Keys.Where(name => name != "foreign")]);
    }

    [Fact]
    public async Task A_search_combines_progress_channel_label_and_time()
    {
        var made = new Dictionary<string, Guid>();
        foreach (
            var (name, channel, tag, second, isDead) in new[]
            {
                ("sms", Channel.Sms, "a", 0, true),
                ("mail", Channel.Email, "a", 1, true),
                ("other sms", Channel.Sms, "b", 2, true),
                ("later sms", Channel.Sms, "a", 3, true),
                ("sent sms", Channel.Sms, "a", 4, false),
            }
        )
        {
            var sample = new Sample(Tenant, Now.AddSeconds(second));
            var trigger = sample.Notification.Trigger with { Tags = [tag] };
            sample = new Sample(Tenant, Now) { Notification = sample.Notification with { Trigger = trigger } };
            var delivery = sample.Delivery() with { To = new Address(channel, "+46701234567") };
            await EnqueueAsync(sample, delivery);
            var lease = await LeaseOneAsync(Now.AddSeconds(second));
            await SettleAsync(isDead ? DeadLetter(lease, Now) : Sent(lease, Now));
            made[name] = sample.Notification.Id;
        }

        var dead = Any with { Part = ProgressPart.DeadLetter };
        await AssertFoundAsync(made, Any with { Channel = Channel.Sms }, "sms", "other sms", "later sms", "sent sms");
        await AssertFoundAsync(made, Any with { Channel = Channel.Push });
        await AssertFoundAsync(made, dead with { Channel = Channel.Sms }, "sms", "other sms", "later sms");
        await AssertFoundAsync(made, dead with { Filter = All with { Tag = "a" } }, "sms", "mail", "later sms");
        await AssertFoundAsync(
            made,
            dead with
            {
                Channel = Channel.Sms,
                Filter = All with { Tag = "a", From = Now.AddSeconds(1) },
            },
            "later sms"
        );
        await AssertFoundAsync(made, dead with { Filter = All with { To = Now.AddSeconds(2) } }, "sms", "mail");
        await AssertFoundAsync(
            made,
            dead with
            {
                Filter = All with { From = Now.AddSeconds(2), Reference = "order-42", Tag = "b" },
            },
            "other sms"
        );
    }

    [Fact]
    public async Task A_search_examines_no_deliveries_of_large_broadcasts()
    {
        var large = await BeginAsync(new NewExpansion("large", 2, Now));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        Assert.True(await AdvanceAsync(lease, "b", 2, large.Deliveries(2), isComplete: true));
        var made = new Dictionary<string, Guid> { ["large"] = large.Notification.Id };

        await AssertFoundAsync(made, Any with { Part = ProgressPart.Waiting }, "large");
        await AssertFoundAsync(made, Any with { Part = ProgressPart.Waiting, MaxSubscribers = 1 });
        await AssertFoundAsync(made, Any with { Channel = Channel.Push, MaxSubscribers = 1 }, "large");
        await AssertFoundAsync(made, Any with { Channel = Channel.Push });
    }

    [Fact]
    public async Task The_progress_names_the_channels()
    {
        var sample = CreateSample();
        var sms = sample.Delivery() with { To = new Address(Channel.Sms, "+46701234567") };
        await EnqueueAsync(sample, sample.Delivery(), sample.Delivery(), sms);

        var progress = (await CountAsync(long.MaxValue, sample))[sample.Notification.Id];

        Assert.Equal(["email", "sms"], progress.Channels.Select(channel => channel.Name).Order());
        Assert.Equal([(DeliveryState.Pending, 3L)], Sorted(progress.Deliveries!));
    }

    private async Task<Dictionary<string, Guid>> MakeEveryProgressAsync()
    {
        var made = new Dictionary<string, Guid>();
        made["sent"] = (await EnqueueAsync()).NotificationId;
        await SettleAsync(Sent(await LeaseOneAsync(), Now));
        made["dead"] = (await EnqueueAsync()).NotificationId;
        await SettleAsync(DeadLetter(await LeaseOneAsync(), Now));
        var mixed = CreateSample();
        await EnqueueAsync(mixed, mixed.Deliveries(2));
        var leases = await LeaseAsync(Now);
        await Store.Queue.SettleAsync([Sent(leases[0], Now), DeadLetter(leases[1], Now)], Cancellation);
        made["mixed"] = mixed.Notification.Id;
        var cancelled = CreateSample();
        await EnqueueAsync(cancelled, cancelled.Deliveries(2));
        await Store.Queue.CancelAsync(Tenant, cancelled.Notification.Id, Now, Cancellation);
        made["cancelled"] = cancelled.Notification.Id;
        var skipped = CreateSample();
        var planned = new QueuedDelivery(skipped.Delivery(), Now) { CancelledBecause = "throttled" };
        await Store.Queue.EnqueueAsync([new EnqueueRequest(skipped.Notification, [planned])], Cancellation);
        made["skipped"] = skipped.Notification.Id;
        await MakeDigestsAsync(made);
        await MakeExpansionsAsync(made);
        foreach (var (name, tenant) in new[] { ("pending", Tenant), ("foreign", OtherTenant) })
        {
            var sample = CreateSample(tenant);
            await EnqueueAsync(sample, sample.Delivery());
            made[name] = sample.Notification.Id;
        }

        return made;
    }

    private async Task MakeDigestsAsync(Dictionary<string, Guid> made)
    {
        made["summarized"] = (await CollectAsync(Event(0))).Notification.Id;
        var summary = CreateSample();
        Assert.True(await CloseAsync(Assert.Single(await LeaseDigestsAsync(Now)), summary.Request()));
        made["summary"] = summary.Notification.Id;
        made["dead event"] = (await CollectAsync(Event(1, user: "v"))).Notification.Id;
        var broken = Assert.Single(await LeaseDigestsAsync(Now));
        var closing = new DigestClosing(broken, CollectedState.DeadLetter, Now) { Reason = "broken" };
        Assert.True(await Store.Digests.CloseAsync(closing, Cancellation));
        var cancelled = await CollectAsync(Event(2, user: "w"));
        await CancelCollectedAsync(cancelled);
        made["cancelled event"] = cancelled.Notification.Id;
        made["collecting"] = (await CollectAsync(Event(3, user: "x"))).Notification.Id;
    }

    private async Task MakeExpansionsAsync(Dictionary<string, Guid> made)
    {
        made["empty"] = (await BeginAsync(new NewExpansion("empty", 0, dueAt: null))).Notification.Id;
        made["dead expansion"] = (await BeginAsync(new NewExpansion("dead", 2, Now))).Notification.Id;
        Assert.True(await FailAsync(Assert.Single(await LeaseExpansionsAsync(Now)), "broken", retryAt: null));
        var stopped = await BeginAsync(new NewExpansion("stopped", 2, Now));
        await Store.Queue.CancelAsync(Tenant, stopped.Notification.Id, Now, Cancellation);
        made["stopped"] = stopped.Notification.Id;
        made["running"] = (await BeginAsync(new NewExpansion("running", 2, Now))).Notification.Id;
    }

    /// <summary>
    /// Asserts that a search finds what it must, newest first and each once. A store that narrows must do it right.
    /// </summary>
    private async Task AssertFoundAsync(Dictionary<string, Guid> made, NotificationSearch search, params string[] expected)
    {
        var found = new List<Guid>();
        Guid? last = null;
        do
        {
            var batch = await Store.Notifications.SearchAsync(search with { Before = last }, Cancellation);
            Assert.InRange(batch.Items.Count, 0, search.Limit);
            found.AddRange(batch.Items.Select(notification => notification.Id));
            Assert.True(batch.Last is null || last is null || batch.Last.Value.CompareTo(last.Value) < 0, "The end moves.");
            Assert.All(batch.Items, item => Assert.True(batch.Last is null || batch.Last.Value.CompareTo(item.Id) <= 0));
            last = batch.Last;
        } while (last is not null);

        Assert.Equal(found.Distinct().OrderDescending(), found);
        var all = await Store.Notifications.ListAsync(search.Filter, null, 100, Cancellation);
        string[] names = [.. found.Select(id => made.Single(one => one.Value == id).Key).Order(StringComparer.Ordinal)];
        if (found.Count < all.Count)
            Assert.Equal(expected.Order(StringComparer.Ordinal), names);
        else
            Assert.Subset(names.ToHashSet(), expected.ToHashSet());
    }
}

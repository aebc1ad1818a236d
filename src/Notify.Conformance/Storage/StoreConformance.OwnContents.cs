using System.Text.Json;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests contents and data of single recipients.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_delivery_keeps_its_own_content_wherever_it_is_read()
    {
        var sample = new Sample(Tenant, Now);
        var own = WithContent(sample.Delivery(), "Hi \"Åsa\" <山田> ☀", "<p>Åsa &amp; 山田</p>");
        var shared = sample.Delivery();
        await EnqueueAsync(sample, own, shared);

        AssertContents(await ListDeliveriesAsync(sample.Notification.Id));
        var leases = await LeaseAsync(Now);
        foreach (var lease in leases)
            Same.As((lease.Delivery.Id == own.Id ? own : shared).Content, lease.Delivery.Content);
        Assert.Equal(2, leases.Count);
        foreach (var lease in leases)
            Assert.True(await SettleAsync(DeadLetter(lease, Now)));
        AssertContents(await Store.DeadLetters.ListAsync(new DeadLetterFilter { Tenant = Tenant }, null, 10, Cancellation));

        Assert.Equal(2, await ReplayAsync(Now, 10));
        Same.As(own.Content, Assert.Single(await LeaseAsync(Now), lease => lease.Delivery.Id == own.Id).Delivery.Content);

        void AssertContents(IReadOnlyList<DeliveryRecord> records)
        {
            Same.As((Delivery.OwnContent, own.Content), Read(own.Id));
            Same.As((0, shared.Content), Read(shared.Id));

            (int, Content) Read(Guid id) =>
                records.Single(record => record.Delivery.Id == id).Delivery is var found
                    ? (found.ContentIndex, found.Content)
                    : default;
        }
    }

    [Fact]
    public async Task A_claimed_delivery_has_its_own_content()
    {
        var sample = WithoutSharedContents();
        var own = WithContent(sample.Delivery(), "Hi Ada");
        await EnqueueAsync(sample, own);

        var claimed = await Store.Queue.ClaimAsync(
            new ClaimRequest(Worker, LeaseEnd, [new DeliveryReference(own.Id, 0)]),
            Cancellation
        );

        Same.As(own, Assert.Single(claimed).Delivery);
    }

    [Fact]
    public async Task A_batch_stores_the_content_of_each_of_its_deliveries()
    {
        var sample = WithoutSharedContents(new NewExpansion("news", 3, Now));
        await EnqueueAsync(sample);
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        Assert.Empty(lease.Notification.Contents);
        Delivery[] batch = [.. Enumerable.Range(0, 20).Select(i => WithContent(sample.Delivery(), $"Hi user {i}"))];

        Assert.True(await AdvanceAsync(lease, "c", 3, batch, isComplete: true));

        var leased = (await LeaseAsync(Now)).ToDictionary(one => one.Delivery.Id, one => one.Delivery.Content.Body);
        Assert.Equal(batch.ToDictionary(one => one.Id, one => one.Content.Body), leased);
    }

    [Fact]
    public async Task A_cancelled_delivery_may_have_no_content()
    {
        var sample = WithoutSharedContents();
        var delivery = sample.Delivery() with { ContentIndex = Delivery.OwnContent, Content = new Content() };
        var queued = new QueuedDelivery(delivery, Now) { CancelledBecause = "recipient.name is missing" };
        await Store.Queue.EnqueueAsync([sample.Request() with { Deliveries = [queued] }], Cancellation);

        var record = Assert.Single(await ListDeliveriesAsync(sample.Notification.Id));

        Assert.Equal((DeliveryState.Cancelled, queued.CancelledBecause), (record.State, record.Reason));
        Same.As(new Content(), record.Delivery.Content);
    }

    [Fact]
    public async Task An_erasure_removes_the_content_and_the_data_of_its_user_only()
    {
        var sample = WithoutSharedContents();
        var to = RecipientList.Create([
            Recipient.User("u") with
            {
                Data = new { secret = "a" },
            },
            Recipient.User("v") with
            {
                Data = new { secret = "b" },
            },
            Recipient.User("w"),
        ]);
        sample = new Sample(Tenant, Now)
        {
            Notification = sample.Notification with { Trigger = sample.Notification.Trigger with { To = to } },
        };
        var mine = WithContent(sample.Delivery(), "Hi u") with { UserId = "u" };
        var other = WithContent(sample.Delivery(), "Hi v") with { UserId = "v" };
        await EnqueueAsync(sample, mine, other);

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "u", Now)));

        var contents = (await ListDeliveriesAsync(sample.Notification.Id)).ToDictionary(
            record => record.Delivery.Id,
            record => record.Delivery.Content
        );
        Same.As(new Content(), contents[mine.Id]);
        Same.As(other.Content, contents[other.Id]);
        var stored = await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation);
        Same.As([Recipient.User("u"), to[1], to[2]], stored!.Trigger.To);

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "v", Now)));
        stored = await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation);
        Assert.All(stored!.Trigger.To, recipient => Assert.Null(recipient.DataElement));
        Assert.All(await ListDeliveriesAsync(sample.Notification.Id), record => Same.As(new Content(), record.Delivery.Content));
    }

    [Fact]
    public async Task An_erasure_removes_the_data_of_a_user_without_an_address_or_with_an_event()
    {
        var to = RecipientList.Create([
            Recipient.User("u") with
            {
                Data = new { secret = "a" },
            },
            Recipient.User("x") with
            {
                Data = new { secret = "b" },
            },
            Recipient.User("v"),
        ]);
        var sample = new Sample(Tenant, Now);
        sample = new Sample(Tenant, Now)
        {
            Notification = sample.Notification with { Trigger = sample.Notification.Trigger with { To = to } },
            Digests = [Event(0, user: "x") with { NotificationId = sample.Notification.Id }],
        };
        var unreached = sample.Delivery() with { UserId = "u", To = new Address(Channel.Email, "") };
        var queued = new QueuedDelivery(unreached, Now) { CancelledBecause = "the user has no address for email" };
        var request = sample.Request(sample.Delivery() with { UserId = "v" });
        await Store.Queue.EnqueueAsync([request with { Deliveries = [.. request.Deliveries, queued] }], Cancellation);

        Assert.Empty(await EraseAsync(new Erasure(Tenant, "u", Now)));
        Assert.Empty(await EraseAsync(new Erasure(Tenant, "x", Now)));

        var stored = await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation);
        Same.As([Recipient.User("u"), Recipient.User("x"), Recipient.User("v")], stored!.Trigger.To);
    }

    [Fact]
    public async Task The_data_of_recipients_is_stored_with_the_trigger_and_with_events()
    {
        var recipient = Recipient.Email("ada@example.org") with { Data = new { name = "Åsa", n = new[] { 1.50m } } };
        var trigger = new Trigger
        {
            Tenant = Tenant,
            To = [recipient, Recipient.User("v")],
            Template = "orders",
        };
        var collected = Event(0) with { Recipient = recipient, Trigger = trigger with { To = recipient } };
        var sample = await CollectAsync(collected);
        var other = new Sample(Tenant, Now);
        other = new Sample(Tenant, Now) { Notification = other.Notification with { Trigger = trigger } };
        await EnqueueAsync(other);

        Assert.Equal(recipient, Assert.Single(Assert.Single(await LeaseDigestsAsync(Now)).Events).Recipient);
        var stored = await Store.Notifications.FindAsync(Tenant, other.Notification.Id, Cancellation);
        Same.As(trigger.To, stored!.Trigger.To);
        Assert.NotEqual(sample.Notification.Id, other.Notification.Id);
    }

    [Fact]
    public async Task The_properties_of_a_user_are_stored_and_changed()
    {
        var properties = JsonSerializer.SerializeToElement(
            new
            {
                name = "Åsa 山田 ☀",
                n = 1.50m,
                none = (string?)null,
            }
        );
        var user = FullUser() with { Properties = properties };
        await Store.Users.SaveAsync([user], Cancellation);
        Same.As(user, await FindAsync());
        Same.As(user, Assert.Single(await Store.Users.ListAsync(Tenant, "", "", 10, Cancellation)));

        Assert.True(
            await Store.Users.UpdateAsync(
                Tenant,
                user.Id,
                found => found with { User = found.User! with { Locale = "de" } },
                Cancellation
            )
        );
        Same.As(user with { Locale = "de" }, await FindAsync());
        await Store.Users.SaveAsync([FullUser()], Cancellation);
        Assert.Null((await FindAsync()).Properties);

        async Task<User> FindAsync() => Assert.Single(await Store.Users.FindAsync(Tenant, [user.Id], Cancellation)).User!;
    }

    private static Delivery WithContent(Delivery delivery, string body, string? html = null) =>
        delivery with
        {
            ContentIndex = Delivery.OwnContent,
            Content = new Content { Body = body, Html = html },
        };

    // A template that uses the recipient.
    private Sample WithoutSharedContents(params NewExpansion[] expansions)
    {
        var sample = new Sample(Tenant, Now);
        var trigger = sample.Notification.Trigger with { Content = null, Template = "welcome" };
        return new Sample(Tenant, Now)
        {
            Notification = sample.Notification with { Contents = [], Trigger = trigger, TemplateVersion = 3 },
            Expansions = expansions,
        };
    }
}

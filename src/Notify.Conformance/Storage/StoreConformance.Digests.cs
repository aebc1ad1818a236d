using Notify.Planning;
using Notify.Queueing;
using Notify.Triggering;

namespace Notify.Conformance;

/// <summary>This part: what is collected and sent as one.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Every_field_of_a_collected_event_is_kept()
    {
        var recipient = Recipient.PushToken("tökén", Platform.Ios);
        var trigger = new Trigger
        {
            Tenant = Tenant,
            To = recipient,
            Template = "summary ☀",
            Data = new { Number = 42, Name = "山田" },
            Category = "news",
            Digest = new Digest { Window = TimeSpan.FromHours(1) },
        };
        var collected = new DigestEvent(Guid.CreateVersion7(Now), recipient, trigger, Now.AddHours(1));

        await CollectAsync(collected);

        var lease = Assert.Single(await LeaseDigestsAsync(Now.AddHours(1)));
        Assert.Equal((Tenant, recipient, "summary ☀"), (lease.Tenant, lease.Recipient, lease.Template));
        var kept = Assert.Single(lease.Events);
        Assert.Equal((collected.Id, recipient), (kept.Id, kept.Recipient));
        Same.As(trigger, kept.Trigger);
    }

    [Fact]
    public async Task A_digest_falls_due_by_its_first_event_with_all_in_order()
    {
        DigestEvent[] events = [Event(0, dueIn: 60), Event(1, dueIn: 90), Event(2, dueIn: 5)];
        foreach (var collected in events)
            await CollectAsync(collected);

        Assert.Empty(await LeaseDigestsAsync(Now.AddSeconds(60).AddMilliseconds(-1)));
        var lease = Assert.Single(await LeaseDigestsAsync(Now.AddSeconds(60)));

        Assert.Equal(events.Select(collected => collected.Id), lease.Events.Select(collected => collected.Id));
    }

    [Fact]
    public async Task Each_recipient_and_template_of_a_tenant_has_a_digest_of_its_own()
    {
        await CollectAsync(Event(0), Event(1, user: "v"), Event(2, template: "other"), Event(3));
        await CollectAsync(Event(0, tenant: OtherTenant));

        var leases = await LeaseDigestsAsync(Now);

        Assert.Equal(
            [
                (Tenant, "u", "other", 1),
                (Tenant, "u", "summary", 2),
                (Tenant, "v", "summary", 1),
                (OtherTenant, "u", "summary", 1),
            ],
            leases.Select(lease => (lease.Tenant, lease.Recipient.Value, lease.Template, lease.Events.Count)).Order()
        );
    }

    [Fact]
    public async Task A_digest_is_leased_by_one_worker_until_the_leases_end()
    {
        await CollectAsync(Event(0));
        var lost = Assert.Single(await LeaseDigestsAsync(Now));

        Assert.Empty(await LeaseDigestsAsync(LeaseEnd.AddMilliseconds(-1)));
        var held = Assert.Single(await LeaseDigestsAsync(LeaseEnd));

        Assert.True(held.Fence > lost.Fence);
    }

    [Fact]
    public async Task Closing_a_digest_stores_its_notification_and_forgets_its_events()
    {
        await CollectAsync(Event(0), Event(1));
        var sum = Sampled();
        var delivery = sum.Delivery();

        Assert.True(await CloseAsync(Assert.Single(await LeaseDigestsAsync(Now)), sum.Request(delivery)));

        Assert.NotNull(await Store.Notifications.FindAsync(Tenant, sum.Notification.Id, Cancellation));
        Assert.Equal(delivery.Id, (await LeaseOneAsync()).Delivery.Id);
        Assert.Empty(await LeaseDigestsAsync(Now.AddYears(1)));
    }

    [Fact]
    public async Task A_digest_whose_lease_was_lost_stores_nothing()
    {
        await CollectAsync(Event(0));
        var lost = Assert.Single(await LeaseDigestsAsync(Now));
        var held = Assert.Single(await LeaseDigestsAsync(LeaseEnd));
        var late = Sampled();

        Assert.False(await CloseAsync(lost, late.Request(late.Delivery())));

        Assert.Null(await Store.Notifications.FindAsync(Tenant, late.Notification.Id, Cancellation));
        Assert.True(await CloseAsync(held, Sampled().Request()));
        Assert.False(await CloseAsync(held, Sampled().Request()));
    }

    [Fact]
    public async Task Events_that_come_while_a_digest_is_closed_wait_for_the_next()
    {
        await CollectAsync(Event(0));
        var lease = Assert.Single(await LeaseDigestsAsync(Now));
        var meanwhile = Event(1);
        await CollectAsync(meanwhile);

        Assert.True(await CloseAsync(lease, Sampled().Request(), nextDueAt: Now.AddHours(1)));

        Assert.Empty(await LeaseDigestsAsync(Now.AddHours(1).AddMilliseconds(-1)));
        Assert.Equal(meanwhile.Id, Assert.Single(Assert.Single(await LeaseDigestsAsync(Now.AddHours(1))).Events).Id);
    }

    [Fact]
    public async Task A_digest_closed_without_a_notification_is_forgotten()
    {
        await CollectAsync(Event(0));

        Assert.True(await CloseAsync(Assert.Single(await LeaseDigestsAsync(Now)), null));

        Assert.Empty(await LeaseDigestsAsync(Now.AddYears(1)));
        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
    }

    [Fact]
    public async Task A_duplicate_request_collects_nothing()
    {
        var claim = new IdempotencyClaim("key", new byte[32], Now.AddHours(24));
        await EnqueueAsync(new Sample(Tenant, Now) { Idempotency = claim, Digests = [Event(0)] });
        await EnqueueAsync(new Sample(Tenant, Now) { Idempotency = claim, Digests = [Event(1)] });

        Assert.Single(Assert.Single(await LeaseDigestsAsync(Now)).Events);
    }

    [Fact]
    public async Task An_expansion_collects_what_it_does_not_send()
    {
        await BeginAsync(new NewExpansion("news", 1, Now));
        var lease = Assert.Single(await LeaseExpansionsAsync(Now));
        var step = new ExpansionStep(lease, "u", 1, IsComplete: true, Now, LeaseEnd, [], [Event(0)]);

        Assert.True(await Store.Expansions.AdvanceAsync(step, Cancellation));
        Assert.False(await Store.Expansions.AdvanceAsync(step with { Digests = [Event(1)] }, Cancellation));

        Assert.Single(Assert.Single(await LeaseDigestsAsync(Now)).Events);
    }

    private DigestEvent Event(int number, int dueIn = 0, string user = "u", string template = "summary", string tenant = Tenant)
    {
        var trigger = new Trigger
        {
            Tenant = tenant,
            To = Recipient.User(user),
            Template = template,
        };
        return new DigestEvent(
            Guid.CreateVersion7(Now.AddMilliseconds(number)),
            Recipient.User(user),
            trigger,
            Now.AddSeconds(dueIn)
        );
    }

    private Task CollectAsync(params DigestEvent[] events) =>
        EnqueueAsync(new Sample(events[0].Trigger.Tenant, Now) { Digests = events });

    private async Task<IReadOnlyList<DigestLease>> LeaseDigestsAsync(DateTimeOffset at) =>
        await Store.Digests.LeaseAsync(Worker, at, at + (LeaseEnd - Now), 10, Cancellation);

    private async Task<bool> CloseAsync(DigestLease lease, EnqueueRequest? request, DateTimeOffset? nextDueAt = null) =>
        await Store.Digests.CloseAsync(lease, request, nextDueAt ?? Now.AddHours(1), Cancellation);
}

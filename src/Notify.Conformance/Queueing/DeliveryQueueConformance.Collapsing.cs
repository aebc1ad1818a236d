using Notify.Queueing;

namespace Notify.Conformance;

/// <summary>This part: a newer notification takes the place of an older one that waits.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task A_collapse_key_supersedes_what_waits_for_the_same_address()
    {
        var due = await CollapsingAsync();
        var newer = await CollapsingAsync();

        Assert.Equal((DeliveryState.Cancelled, null), await StateAsync(due));
        Assert.Equal(newer.Id, (await LeaseOneAsync()).Delivery.Id);
    }

    [Fact]
    public async Task A_collapse_key_supersedes_what_is_scheduled_or_to_be_retried()
    {
        var retried = await CollapsingAsync(delivery => delivery with { To = new Address(Channel.Email, "grace@example.org") });
        await SettleAsync(Retry(await LeaseOneAsync(), Now, TimeSpan.FromHours(1)));
        var scheduled = await CollapsingAsync(delivery => delivery with { DueAt = Now.AddDays(1) });

        await CollapsingAsync();
        await CollapsingAsync(delivery => delivery with { To = retried.To });

        Assert.Equal((DeliveryState.Cancelled, null), await StateAsync(scheduled));
        Assert.Equal((DeliveryState.Cancelled, null), await StateAsync(retried));
    }

    [Fact]
    public async Task A_collapse_key_leaves_alone_what_is_under_way()
    {
        var older = await CollapsingAsync();
        var lease = await LeaseOneAsync();

        await CollapsingAsync();

        Assert.Equal(DeliveryState.Pending, (await StateAsync(older)).State);
        Assert.True(await SettleAsync(Accepted(lease, Now)));
    }

    [Fact]
    public async Task A_collapse_key_leaves_alone_what_has_ended()
    {
        var older = await CollapsingAsync();
        await SettleAsync(DeadLetter(await LeaseOneAsync(), Now));

        await CollapsingAsync();

        Assert.Equal(DeliveryState.DeadLetter, (await StateAsync(older)).State);
    }

    [Fact]
    public async Task A_collapse_key_supersedes_only_the_same_tenant_key_and_address()
    {
        Delivery[] others =
        [
            await CollapsingAsync(tenant: OtherTenant),
            await CollapsingAsync(delivery => delivery with { CollapseKey = "Score" }),
            await CollapsingAsync(delivery => delivery with { CollapseKey = null }),
            await CollapsingAsync(delivery => delivery with { To = delivery.To with { Value = "Ada@example.org" } }),
            await CollapsingAsync(delivery => delivery with { To = delivery.To with { Channel = Channel.Push } }),
            await CollapsingAsync(delivery => delivery with { To = new Address(Channel.Push, "token", Platform.Ios, "app-1") }),
        ];

        await CollapsingAsync();
        await CollapsingAsync(delivery => delivery with { To = new Address(Channel.Push, "token", Platform.Ios, "app-2") });

        foreach (var other in others)
            Assert.Equal(DeliveryState.Pending, (await StateAsync(other)).State);
    }

    [Fact]
    public async Task A_duplicate_request_supersedes_nothing()
    {
        await EnqueueAsync(Keyed("key"));
        var waiting = await CollapsingAsync();
        var duplicate = Keyed("key");

        await EnqueueAsync(duplicate, Collapsing(duplicate.Delivery()));

        Assert.Equal(DeliveryState.Pending, (await StateAsync(waiting)).State);
    }

    private static Delivery Collapsing(Delivery delivery) =>
        delivery with
        {
            CollapseKey = "score",
            To = new Address(Channel.Email, "ada@example.org"),
        };

    private Task<Delivery> CollapsingAsync(Func<Delivery, Delivery>? change = null, string tenant = Tenant) =>
        EnqueueAsync(delivery => change is null ? Collapsing(delivery) : change(Collapsing(delivery)), tenant);

    private async Task<(DeliveryState State, DateTimeOffset? DueAt)> StateAsync(Delivery delivery)
    {
        var record = await FindAsync(delivery);
        return (record.State, record.DueAt);
    }
}

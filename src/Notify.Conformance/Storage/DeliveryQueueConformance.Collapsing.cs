using Notify.Providers;

namespace Notify.Conformance.Storage;

/// <summary>This part tests that a newer notification supersedes a waiting one with the same collapse key.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task A_collapse_key_supersedes_a_waiting_delivery_to_the_same_address()
    {
        var due = await EnqueueCollapsingAsync();
        var newer = await EnqueueCollapsingAsync();

        Assert.Equal((DeliveryState.Cancelled, null), await GetStateAsync(due));
        Assert.Equal(newer.Id, (await LeaseOneAsync()).Delivery.Id);
    }

    [Theory]
    [InlineData("email", "Ada@Example.org", "ada@example.org")]
    [InlineData("webhook", "https://Example.org:443", "https://example.org/#top")]
    public async Task A_collapse_key_supersedes_a_waiting_delivery_to_another_spelling_of_the_address(
        string channel,
        string first,
        string second
    )
    {
        var waiting = await EnqueueCollapsingAsync(delivery =>
            delivery with
            {
                To = new Address(Channel.Create(channel), first),
            }
        );
        var newer = await EnqueueCollapsingAsync(delivery => delivery with { To = new Address(Channel.Create(channel), second) });

        Assert.Equal((DeliveryState.Cancelled, null), await GetStateAsync(waiting));
        var lease = await LeaseOneAsync();
        Assert.Equal((newer.Id, second), (lease.Delivery.Id, lease.Delivery.To.Value));
    }

    [Fact]
    public async Task A_collapse_key_supersedes_scheduled_and_retrying_deliveries()
    {
        var retried = await EnqueueCollapsingAsync(delivery =>
            delivery with
            {
                To = new Address(Channel.Email, "grace@example.org"),
            }
        );
        await SettleAsync(Retry(await LeaseOneAsync(), Now, TimeSpan.FromHours(1)));
        var scheduled = await EnqueueCollapsingAsync(delivery => delivery with { DueAt = Now.AddDays(1) });

        await EnqueueCollapsingAsync();
        await EnqueueCollapsingAsync(delivery => delivery with { To = retried.To });

        Assert.Equal((DeliveryState.Cancelled, null), await GetStateAsync(scheduled));
        Assert.Equal((DeliveryState.Cancelled, null), await GetStateAsync(retried));
    }

    [Fact]
    public async Task A_collapse_key_does_not_supersede_a_leased_delivery()
    {
        var older = await EnqueueCollapsingAsync();
        var lease = await LeaseOneAsync();

        await EnqueueCollapsingAsync();

        Assert.Equal(DeliveryState.Pending, (await GetStateAsync(older)).State);
        Assert.True(await SettleAsync(Sent(lease, Now)));
    }

    [Fact]
    public async Task A_collapse_key_does_not_supersede_an_ended_delivery()
    {
        var older = await EnqueueCollapsingAsync();
        await SettleAsync(DeadLetter(await LeaseOneAsync(), Now));

        await EnqueueCollapsingAsync();

        Assert.Equal(DeliveryState.DeadLetter, (await GetStateAsync(older)).State);
    }

    [Fact]
    public async Task A_collapse_key_supersedes_only_the_same_tenant_key_and_address()
    {
        Delivery[] others =
        [
            await EnqueueCollapsingAsync(tenant: OtherTenant),
            await EnqueueCollapsingAsync(delivery => delivery with { CollapseKey = "Score" }),
            await EnqueueCollapsingAsync(delivery => delivery with { CollapseKey = null }),
            await EnqueueCollapsingAsync(delivery => delivery with { To = delivery.To with { Value = "eve@example.org" } }),
            await EnqueueCollapsingAsync(delivery => delivery with { To = delivery.To with { Channel = Channel.Push } }),
            await EnqueueCollapsingAsync(delivery =>
                delivery with
                {
                    To = new Address(Channel.Push, "token") { Platform = Platform.Ios, App = "app-1" },
                }
            ),
        ];

        await EnqueueCollapsingAsync();
        await EnqueueCollapsingAsync(delivery =>
            delivery with
            {
                To = new Address(Channel.Push, "token") { Platform = Platform.Ios, App = "app-2" },
            }
        );

        foreach (var other in others)
            Assert.Equal(DeliveryState.Pending, (await GetStateAsync(other)).State);
    }

    [Fact]
    public async Task A_duplicate_request_supersedes_nothing()
    {
        await EnqueueAsync(Keyed("key"));
        var waiting = await EnqueueCollapsingAsync();
        var duplicate = Keyed("key");

        await EnqueueAsync(duplicate, Collapsing(duplicate.Delivery()));

        Assert.Equal(DeliveryState.Pending, (await GetStateAsync(waiting)).State);
    }

    private static Delivery Collapsing(Delivery delivery) =>
        delivery with
        {
            CollapseKey = "score",
            To = new Address(Channel.Email, "ada@example.org"),
        };

    private Task<Delivery> EnqueueCollapsingAsync(Func<Delivery, Delivery>? change = null, string tenant = Tenant) =>
        EnqueueAsync(delivery => change is null ? Collapsing(delivery) : change(Collapsing(delivery)), tenant);

    private async Task<(DeliveryState State, DateTimeOffset? DueAt)> GetStateAsync(Delivery delivery)
    {
        var record = await FindAsync(delivery);
        return (record.State, record.DueAt);
    }
}

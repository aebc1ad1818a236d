using Notify.Providers;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the receipts that vendors and apps report after a delivery was sent.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task Receipts_are_listed_with_their_delivery_in_order()
    {
        var delivery = await EnqueueSentAsync();
        Receipt[] receipts =
        [
            new(delivery.Id, ReceiptKind.Delivered, Now.AddSeconds(1)) { Detail = "250 \"ok\"," },
            new(delivery.Id, ReceiptKind.Opened, Now.AddSeconds(2)),
            new(delivery.Id, ReceiptKind.Clicked, Now.AddSeconds(3)) { Detail = "länk" },
        ];

        Assert.Equal([true, true], await Store.Receipts.AddAsync(Tenant, receipts[..2], Cancellation));
        Assert.Equal([true], await Store.Receipts.AddAsync(Tenant, receipts[2..], Cancellation));

        var record = await FindAsync(delivery);
        Assert.Equal(receipts, record.Receipts);
        Assert.Equal(DeliveryState.Sent, record.State);
    }

    [Fact]
    public async Task A_receipt_that_is_reported_again_is_stored_once()
    {
        var delivery = await EnqueueSentAsync();
        var other = await EnqueueSentAsync();
        Receipt[] receipts =
        [
            new(delivery.Id, ReceiptKind.Delivered, Now) { Detail = "\"eventId\":\"e+1\"" },
            new(delivery.Id, ReceiptKind.Opened, Now) { EventId = "e+1" },
            new(delivery.Id, ReceiptKind.Opened, Now) { EventId = "e+12" },
            new(other.Id, ReceiptKind.Opened, Now) { EventId = "e+1" },
        ];
        await Store.Receipts.AddAsync(Tenant, receipts, Cancellation);

        // The event of an id is the same no matter when it is reported again; an event without one is the same if it is equal.
        Receipt later = new(delivery.Id, ReceiptKind.Opened, Now.AddSeconds(9)) { EventId = "e+1" };
        Receipt next = new(delivery.Id, ReceiptKind.Clicked, Now) { EventId = "e.1" };
        var known = await Task.WhenAll(
            Store.Receipts.AddAsync(Tenant, [.. receipts, later, next, next], Cancellation).AsTask(),
            Store.Receipts.AddAsync(Tenant, [next, later], Cancellation).AsTask()
        );

        Assert.All(known.SelectMany(one => one), Assert.True);
        Assert.Equal([.. receipts[..3], next], (await FindAsync(delivery)).Receipts);
        Assert.Equal(receipts[3..], (await FindAsync(other)).Receipts);
    }

    [Fact]
    public async Task A_receipt_for_an_unknown_delivery_or_one_of_another_tenant_is_refused()
    {
        var delivery = await EnqueueSentAsync();
        Receipt[] receipts =
        [
            new(Guid.CreateVersion7(Now), ReceiptKind.Delivered, Now),
            new(delivery.Id, ReceiptKind.Delivered, Now),
        ];

        Assert.Equal([false, false], await Store.Receipts.AddAsync(OtherTenant, receipts, Cancellation));
        Assert.Empty((await FindAsync(delivery)).Receipts);
        Assert.Equal([false, true], await Store.Receipts.AddAsync(Tenant, receipts, Cancellation));
    }

    [Theory]
    [InlineData("delivered")]
    [InlineData("opened")]
    [InlineData("clicked")]
    [InlineData("complained")]
    public async Task A_receipt_cancels_the_fallback_steps(string kind)
    {
        var chain = await EnqueueChainAsync(0, 1, 2);
        await SettleAsync(Sent(await LeaseOneAsync(), Now));

        await Store.Receipts.AddAsync(Tenant, [new Receipt(chain[0].Id, ReceiptKind.Create(kind), Now)], Cancellation);

        Assert.Equal((DeliveryState.Cancelled, null), await GetStateAsync(chain[1]));
        Assert.Equal((DeliveryState.Cancelled, null), await GetStateAsync(chain[2]));
        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
    }

    [Theory]
    [InlineData("delivered", true, false, false)]
    [InlineData("opened", true, true, false)]
    [InlineData("clicked", true, true, true)]
    [InlineData("complained", true, true, true)]
    public async Task A_receipt_cancels_only_the_steps_whose_conditions_it_meets(string kind, bool first, bool second, bool third)
    {
        var chain = await EnqueueChainAsync(
            FallbackPlace.CreateChain(Guid.CreateVersion7(Now), [null, ReceiptKind.Opened, ReceiptKind.Clicked]),
            0,
            1,
            2,
            3
        );
        await SettleAsync(Sent(await LeaseOneAsync(), Now));

        await Store.Receipts.AddAsync(Tenant, [new Receipt(chain[0].Id, ReceiptKind.Create(kind), Now)], Cancellation);

        bool[] cancelled =
        [
            (await GetStateAsync(chain[1])).State == DeliveryState.Cancelled,
            (await GetStateAsync(chain[2])).State == DeliveryState.Cancelled,
            (await GetStateAsync(chain[3])).State == DeliveryState.Cancelled,
        ];
        Assert.Equal([first, second, third], cancelled);
    }

    [Fact]
    public async Task A_receipt_of_another_kind_is_stored_and_changes_no_fallback_step()
    {
        var chain = await EnqueueChainAsync(0, 1, 2);
        await SettleAsync(Sent(await LeaseOneAsync(), Now));
        var receipt = new Receipt(chain[0].Id, ReceiptKind.Create("deferred"), Now);

        await Store.Receipts.AddAsync(Tenant, [receipt], Cancellation);

        Assert.Equal(receipt, Assert.Single((await FindAsync(chain[0])).Receipts));
        Assert.Equal((DeliveryState.Pending, chain[1].DueAt), await GetStateAsync(chain[1]));
        Assert.Equal((DeliveryState.Pending, chain[2].DueAt), await GetStateAsync(chain[2]));
    }

    [Fact]
    public async Task A_bounce_makes_the_next_step_due()
    {
        var chain = await EnqueueChainAsync(0, 1, 2);
        await SettleAsync(Sent(await LeaseOneAsync(), Now));

        await Store.Receipts.AddAsync(Tenant, [new Receipt(chain[0].Id, ReceiptKind.Bounced, Now)], Cancellation);

        Assert.Equal(chain[1].Id, (await LeaseOneAsync()).Delivery.Id);
        Assert.Equal((DeliveryState.Pending, chain[2].DueAt), await GetStateAsync(chain[2]));
    }

    [Fact]
    public async Task A_receipt_does_not_affect_a_leased_step()
    {
        var chain = await EnqueueChainAsync(0, 1);
        await SettleAsync(Sent(await LeaseOneAsync(), Now));
        var later = chain[1].DueAt;
        var lease = await LeaseOneAsync(later);

        await Store.Receipts.AddAsync(Tenant, [new Receipt(chain[0].Id, ReceiptKind.Delivered, later)], Cancellation);

        Assert.True(await SettleAsync(Sent(lease, later)));
    }

    [Fact]
    public async Task A_receipt_for_a_later_step_does_not_affect_earlier_steps()
    {
        var chain = await EnqueueChainAsync(0, 1, 2);
        await SettleAsync(Retry(await LeaseOneAsync(), Now, TimeSpan.FromHours(1)));
        var later = chain[1].DueAt;
        await SettleAsync(Sent(await LeaseOneAsync(later), later));

        await Store.Receipts.AddAsync(Tenant, [new Receipt(chain[1].Id, ReceiptKind.Delivered, later)], Cancellation);

        Assert.Equal(DeliveryState.Pending, (await GetStateAsync(chain[0])).State);
        Assert.Equal(DeliveryState.Cancelled, (await GetStateAsync(chain[2])).State);
    }

    private async Task<Delivery> EnqueueSentAsync()
    {
        var delivery = await EnqueueAsync();
        await SettleAsync(Sent(await LeaseOneAsync(), Now));
        return delivery;
    }
}

using Notify.Planning;
using Notify.Queueing;
using Notify.Settling;

namespace Notify.Conformance;

/// <summary>This part: what a durable store remembers when it is opened again. Skipped for the others.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Deliveries_and_their_history_are_there_after_reopening()
    {
        var delivery = await EnqueueAsync();
        await SettleAsync(Retry(await LeaseOneAsync(), Now, TimeSpan.FromMinutes(1)));
        await Store.Receipts.AddAsync(Tenant, [new Receipt(delivery.Id, ReceiptKind.Opened, Now)], Cancellation);
        var before = await FindAsync(delivery);

        await ReopenAsync();

        Same.As(before, await FindAsync(delivery));
        Assert.Equal(delivery.Id, (await LeaseOneAsync(Now.AddMinutes(1))).Delivery.Id);
    }

    [Fact]
    public async Task A_lease_holds_after_reopening()
    {
        var delivery = await EnqueueAsync();
        var lease = await LeaseOneAsync();

        await ReopenAsync();

        Assert.Empty(await LeaseAsync(Now, owner: OtherWorker));
        Assert.True(await SettleAsync(Accepted(lease, Now)));
        Assert.Equal(DeliveryState.Accepted, (await FindAsync(delivery)).State);
    }

    [Fact]
    public async Task A_lease_that_was_lost_stays_lost_after_reopening()
    {
        await EnqueueAsync();
        var lost = await LeaseOneAsync();
        await LeaseOneAsync(LeaseEnd, OtherWorker);

        await ReopenAsync();

        Assert.False(await SettleAsync(Accepted(lost, LeaseEnd)));
    }

    [Fact]
    public async Task An_expansion_goes_on_after_reopening()
    {
        var sample = await BeginAsync(new NewExpansion("news", 3, Now));
        await AdvanceAsync(Assert.Single(await LeaseExpansionsAsync(Now)), "a", 1, [sample.Delivery()]);

        await ReopenAsync();

        var lease = Assert.Single(await LeaseExpansionsAsync(LeaseEnd));
        Assert.Equal(("a", 1), (lease.Cursor, lease.Done));
    }

    [Fact]
    public async Task Recipients_templates_and_counts_are_there_after_reopening()
    {
        await Store.Users.SaveAsync([FullUser()], Cancellation);
        await RegisterAsync("d", "u");
        await Store.Topics.SubscribeAsync(Tenant, "news", ["u"], Cancellation);
        await Store.Templates.SaveAsync(Saying("text"), Cancellation);
        await Store.Analytics.AddAsync([Count(3)], Cancellation);

        await ReopenAsync();

        Same.As(FullUser(), Assert.Single(await Store.Users.FindAsync(Tenant, [FullUser().Id], Cancellation)));
        Assert.Single(await Store.Devices.FindAsync(Tenant, ["u"], Cancellation));
        Assert.Equal(1, await Store.Topics.CountAsync(Tenant, "news", Cancellation));
        Assert.Equal(2, await Store.Templates.SaveAsync(Saying("text"), Cancellation));
        Assert.Equal([Count(3)], await CountsAsync());
    }

    private async Task ReopenAsync()
    {
        Assert.SkipUnless(Store.IsDurable, "The store does not promise to remember.");
        await Store.ReopenAsync();
    }
}

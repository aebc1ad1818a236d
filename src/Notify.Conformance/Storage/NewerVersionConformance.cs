using Notify.Providers;

namespace Notify.Conformance.Storage;

/// <summary>
/// Tests that a store tolerates what a newer version of Notify wrote into it, while both versions run or after a downgrade:
/// states, outcomes, kinds of receipts, platforms and priorities that this version does not know.
/// </summary>
public abstract class NewerVersionConformance : StoreSuite
{
    /// <summary>The address of the delivery that gets an unknown priority.</summary>
    protected const string LaterAddress = "later@example.org";

    /// <summary>
    /// Changes the store with its own client, as a newer version would have written it. There is one notification with three
    /// deliveries. The one that was sent gets a state with number 7, the outcome <c>greeted</c> in place of <c>sent</c>, and a
    /// receipt of kind <c>noticed</c> in place of <c>delivered</c>. The one to <c>later@example.org</c> gets a priority with
    /// number 9. The stored trigger gets the priority <c>urgent</c> in place of <c>bulk</c>.
    /// </summary>
    protected abstract ValueTask WriteUnknownMembersAsync();

    [Fact]
    public async Task What_only_a_newer_version_knows_is_read_and_the_rest_is_leased_and_settled()
    {
        var sample = CreateBulkSample();
        var platform = Platform.Create("tizen");
        var sent = sample.Delivery();
        var later = sample.Delivery() with { To = new Address(Channel.Email, LaterAddress) };
        var push = sample.Delivery() with
        {
            To = new Address(Channel.Push, "token") { Platform = platform },
            Provider = OtherProvider,
        };
        await EnqueueAsync(sample, sent, later, push);
        var leases = await LeaseAsync(Now);
        await SettleAsync(Sent(leases.Single(lease => lease.Delivery.Id == sent.Id), Now));
        await Store.Receipts.AddAsync(Tenant, [new Receipt(sent.Id, ReceiptKind.Delivered, Now)], Cancellation);

        await WriteUnknownMembersAsync();

        var record = await FindAsync(sent);
        Assert.Equal((DeliveryState.Unknown, null), (record.State, record.DueAt));
        Assert.Equal(OutcomeKind.Unknown, Assert.Single(record.Attempts).Outcome);
        Assert.Equal("noticed", Assert.Single(record.Receipts).Kind.Name);
        Assert.Equal(Priority.Normal, (await FindAsync(later)).Delivery.Priority);
        Assert.Equal(platform, (await FindAsync(push)).Delivery.To.Platform);
        var counts = await Store.Notifications.CountDeliveriesAsync(Tenant, sample.Notification.Id, Cancellation);
        Assert.Equal((1, 2), (counts[DeliveryState.Unknown], counts[DeliveryState.Pending]));
        var notification = await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation);
        Assert.Equal(Priority.Normal, notification!.Trigger.Priority);
        Assert.Equal(2, (await Store.Queue.GetDepthAsync(Cancellation)).Sum(depth => depth.Pending));

        // This version has no lane for the priority, so only a newer process sends that delivery.
        Assert.Empty(await LeaseAsync(LeaseEnd));
        var lease = await LeaseOneAsync(LeaseEnd, provider: OtherProvider);
        Assert.True(await SettleAsync(Sent(lease, LeaseEnd)));
        Assert.Equal(DeliveryState.Sent, (await FindAsync(push)).State);
    }

    private Sample CreateBulkSample()
    {
        var sample = CreateSample();
        var notification = sample.Notification;
        return new Sample(Tenant, Now)
        {
            Notification = notification with { Trigger = notification.Trigger with { Priority = Priority.Bulk } },
        };
    }
}

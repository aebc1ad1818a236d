using Notify.Queueing;

namespace Notify.Conformance;

/// <summary>This part: channels that stand in for each other.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task A_dead_letter_makes_the_next_step_due()
    {
        var chain = await EnqueueChainAsync(0, 1, 2);

        await SettleAsync(DeadLetter(await LeaseOneAsync(), Now));

        Assert.Equal(chain[1].Id, (await LeaseOneAsync()).Delivery.Id);
        Assert.Equal(chain[2].DueAt, (await FindAsync(chain[2])).DueAt);
    }

    [Fact]
    public async Task A_chain_is_walked_step_by_step()
    {
        var chain = await EnqueueChainAsync(0, 1, 2);

        foreach (var step in chain)
        {
            var lease = await LeaseOneAsync();
            Assert.Equal(step.Id, lease.Delivery.Id);
            await SettleAsync(DeadLetter(lease, Now));
        }

        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
    }

    [Fact]
    public async Task The_next_step_falls_due_by_its_own_time_when_nothing_is_heard()
    {
        var chain = await EnqueueChainAsync(0, 1);
        await SettleAsync(Accepted(await LeaseOneAsync(), Now));

        Assert.Empty(await LeaseAsync(chain[1].DueAt.AddMilliseconds(-1)));
        Assert.Equal(chain[1].Id, (await LeaseOneAsync(chain[1].DueAt)).Delivery.Id);
    }

    [Fact]
    public async Task The_next_step_waits_until_the_last_delivery_of_the_step_has_failed()
    {
        var chain = await EnqueueChainAsync(0, 0, 1);
        var leases = await LeaseAsync(Now);

        await SettleAsync(DeadLetter(leases[0], Now));
        Assert.Empty(await LeaseAsync(Now));

        await SettleAsync(DeadLetter(leases[1], Now));
        Assert.Equal(chain[2].Id, (await LeaseOneAsync()).Delivery.Id);
    }

    [Fact]
    public async Task The_next_step_waits_while_another_delivery_of_the_step_was_accepted()
    {
        var chain = await EnqueueChainAsync(0, 0, 1);
        var leases = await LeaseAsync(Now);

        await SettleAsync(Accepted(leases[0], Now));
        await SettleAsync(DeadLetter(leases[1], Now));

        Assert.Empty(await LeaseAsync(Now));
        Assert.Equal(chain[2].DueAt, (await FindAsync(chain[2])).DueAt);
    }

    [Fact]
    public async Task Dead_letters_of_one_batch_count_together()
    {
        var chain = await EnqueueChainAsync(0, 0, 1);
        var leases = await LeaseAsync(Now);

        await Store.Queue.SettleAsync([.. leases.Select(lease => DeadLetter(lease, Now))], Cancellation);

        Assert.Equal(chain[2].Id, (await LeaseOneAsync()).Delivery.Id);
    }

    [Fact]
    public async Task A_retry_does_not_make_the_next_step_due()
    {
        await EnqueueChainAsync(0, 1);

        await SettleAsync(Retry(await LeaseOneAsync(), Now, TimeSpan.FromMinutes(1)));

        Assert.Empty(await LeaseAsync(Now));
    }

    [Fact]
    public async Task A_dead_letter_leaves_other_chains_alone()
    {
        var sample = Sampled();
        var first = Chain(sample, 0, 1);
        var second = Chain(sample, 0, 1);
        await EnqueueAsync(sample, [.. first, .. second]);
        var leases = (await LeaseAsync(Now)).ToDictionary(lease => lease.Delivery.Id);

        await SettleAsync(DeadLetter(leases[first[0].Id], Now));

        Assert.Equal(first[1].Id, (await LeaseOneAsync()).Delivery.Id);
    }

    [Fact]
    public async Task A_step_that_was_cancelled_is_not_made_due()
    {
        var chain = await EnqueueChainAsync(0, 1);
        var lease = await LeaseOneAsync();
        await Store.Queue.CancelAsync(Tenant, chain[0].NotificationId, Now, Cancellation);

        await SettleAsync(DeadLetter(lease, Now));

        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
    }

    private Delivery[] Chain(Sample sample, params int[] steps)
    {
        var chain = Guid.CreateVersion7(Now);
        return
        [
            .. steps.Select(step =>
                sample.Delivery() with
                {
                    Fallback = new FallbackPlace(chain, step),
                    DueAt = Now.AddMinutes(5 * step),
                }
            ),
        ];
    }

    private async Task<Delivery[]> EnqueueChainAsync(params int[] steps)
    {
        var sample = Sampled();
        var deliveries = Chain(sample, steps);
        await EnqueueAsync(sample, deliveries);
        return deliveries;
    }
}

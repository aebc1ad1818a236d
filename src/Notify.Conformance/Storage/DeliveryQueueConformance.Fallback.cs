using Notify.Providers;

namespace Notify.Conformance.Storage;

/// <summary>This part tests fallback from one channel to the next.</summary>
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
    public async Task The_steps_of_a_chain_become_due_one_by_one()
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
    public async Task The_next_step_becomes_due_at_its_own_time_without_a_receipt()
    {
        var chain = await EnqueueChainAsync(0, 1);
        await SettleAsync(Sent(await LeaseOneAsync(), Now));

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
    public async Task The_next_step_waits_while_another_delivery_of_the_step_was_sent()
    {
        var chain = await EnqueueChainAsync(0, 0, 1);
        var leases = await LeaseAsync(Now);

        await SettleAsync(Sent(leases[0], Now));
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
    public async Task A_dead_letter_does_not_affect_other_chains()
    {
        var sample = CreateSample();
        var first = Chain(sample, 0, 1);
        var second = Chain(sample, 0, 1);
        await EnqueueAsync(sample, [.. first, .. second]);
        var leases = (await LeaseAsync(Now)).ToDictionary(lease => lease.Delivery.Id);

        await SettleAsync(DeadLetter(leases[first[0].Id], Now));

        Assert.Equal(first[1].Id, (await LeaseOneAsync()).Delivery.Id);
    }

    [Fact]
    public async Task A_cancelled_step_does_not_become_due()
    {
        var chain = await EnqueueChainAsync(0, 1);
        var lease = await LeaseOneAsync();
        await Store.Queue.CancelAsync(Tenant, chain[0].NotificationId, Now, Cancellation);

        await SettleAsync(DeadLetter(lease, Now));

        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
    }

    private Delivery[] Chain(Sample sample, params int[] steps) => Chain(sample, Guid.CreateVersion7(Now), steps);

    private Delivery[] Chain(Sample sample, Guid chain, params int[] steps) =>
        [
            .. steps.Select(step =>
                sample.Delivery() with
                {
                    Fallback = new FallbackPlace(chain, step),
                    DueAt = Now.AddMinutes(5 * step),
                }
            ),
        ];

    private Task<Delivery[]> EnqueueChainAsync(params int[] steps) => EnqueueChainAsync(Guid.CreateVersion7(Now), steps);

    private async Task<Delivery[]> EnqueueChainAsync(Guid chain, params int[] steps)
    {
        var sample = CreateSample();
        var deliveries = Chain(sample, chain, steps);
        await EnqueueAsync(sample, deliveries);
        return deliveries;
    }
}

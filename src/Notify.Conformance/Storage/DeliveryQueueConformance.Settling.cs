using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests how settlements end leases.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task A_sent_delivery_has_ended_and_its_attempt_is_recorded()
    {
        var delivery = await EnqueueAsync();
        var settlement = Sent(await LeaseOneAsync(), Now.AddSeconds(1));

        Assert.True(await SettleAsync(settlement));

        var record = await FindAsync(delivery);
        Assert.Equal((DeliveryState.Sent, null, null), (record.State, record.DueAt, record.Reason));
        Assert.Equal(settlement.Attempt, Assert.Single(record.Attempts));
        Assert.Equal(1, record.Delivery.AttemptsSpent);
    }

    [Fact]
    public async Task A_dead_letter_has_ended_and_its_reason_is_recorded()
    {
        var delivery = await EnqueueAsync();

        Assert.True(await SettleAsync(DeadLetter(await LeaseOneAsync(), Now, "mailbox är full")));

        var record = await FindAsync(delivery);
        Assert.Equal((DeliveryState.DeadLetter, null, "mailbox är full"), (record.State, record.DueAt, record.Reason));
    }

    [Fact]
    public async Task A_terminal_delivery_is_never_due_again()
    {
        await EnqueueManyAsync(3);
        var leases = await LeaseAsync(Now);

        await Store.Queue.SettleAsync(
            [
                Sent(leases[0], Now),
                DeadLetter(leases[1], Now),
                DeadLetter(leases[2], Now) with
                {
                    State = DeliveryState.Cancelled,
                },
            ],
            Cancellation
        );

        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
    }

    [Fact]
    public async Task A_retry_is_due_at_its_time_for_its_provider()
    {
        var delivery = await EnqueueAsync();
        var delay = TimeSpan.FromMilliseconds(12_345);
        var dueAt = Now + delay;

        Assert.True(
            await SettleAsync(Retry(await LeaseOneAsync(), Now, delay) with { Provider = OtherProvider, AttemptsSpent = 3 })
        );

        var record = await FindAsync(delivery);
        Assert.Equal((DeliveryState.Pending, dueAt, "vendor is busy"), (record.State, record.DueAt, record.Reason));
        Assert.Empty(await LeaseAsync(dueAt.AddMilliseconds(-1), provider: OtherProvider));
        Assert.Empty(await LeaseAsync(dueAt, provider: Provider));
        var again = (await LeaseOneAsync(dueAt, provider: OtherProvider)).Delivery;
        Assert.Equal((OtherProvider, 3, delay), (again.Provider, again.AttemptsSpent, again.RetryDelay));
    }

    [Fact]
    public async Task A_delivery_is_reported_as_in_flight_exactly_while_it_is_leased()
    {
        var delivery = await EnqueueAsync();
        Assert.False((await FindAsync(delivery)).IsInFlight);

        var lease = await LeaseOneAsync();

        Assert.True((await FindAsync(delivery)).IsInFlight);
        Assert.True(await SettleAsync(Retry(lease, Now, TimeSpan.FromMinutes(5))));
        var record = await FindAsync(delivery);
        Assert.Equal((false, Now.AddMinutes(5)), (record.IsInFlight, record.DueAt));
        Assert.True(await SettleAsync(Sent(await LeaseOneAsync(Now.AddMinutes(5)), Now)));
        Assert.False((await FindAsync(delivery)).IsInFlight);
    }

    [Fact]
    public async Task A_lease_can_be_returned_without_an_attempt()
    {
        var delivery = await EnqueueAsync();
        var lease = await LeaseOneAsync();

        Assert.True(
            await SettleAsync(Retry(lease, Now, TimeSpan.Zero) with { Attempt = null, AttemptsSpent = 0, Reason = null })
        );

        Assert.Empty((await FindAsync(delivery)).Attempts);
        Assert.True((await LeaseOneAsync(owner: OtherWorker)).Fence > lease.Fence);
    }

    [Fact]
    public async Task A_settlement_is_applied_once()
    {
        var delivery = await EnqueueAsync();
        var lease = await LeaseOneAsync();
        Assert.True(await SettleAsync(Retry(lease, Now, TimeSpan.FromMinutes(1))));

        Assert.False(await SettleAsync(Retry(lease, Now, TimeSpan.FromMinutes(1))));
        Assert.False(await SettleAsync(Sent(lease, Now)));

        var record = await FindAsync(delivery);
        Assert.Equal(DeliveryState.Pending, record.State);
        Assert.Single(record.Attempts);
    }

    [Fact]
    public async Task Exactly_one_of_16_concurrent_settlements_is_applied()
    {
        var delivery = await EnqueueAsync();
        var lease = await LeaseOneAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => SettleAsync(Sent(lease, Now)))));

        Assert.Equal(1, applied.Count(answer => answer));
        Assert.Single((await FindAsync(delivery)).Attempts);
    }

    [Fact]
    public async Task A_late_settlement_of_a_lost_lease_changes_nothing()
    {
        var delivery = await EnqueueAsync();
        var lost = await LeaseOneAsync();
        var held = await LeaseOneAsync(LeaseEnd, OtherWorker);
        var before = await FindAsync(delivery);

        Assert.False(await SettleAsync(Sent(lost, LeaseEnd)));
        Assert.False(await SettleAsync(DeadLetter(lost, LeaseEnd)));
        Assert.False(await SettleAsync(Retry(lost, LeaseEnd, TimeSpan.Zero)));

        Same.As(before, await FindAsync(delivery));
        Assert.True(await SettleAsync(Sent(held, LeaseEnd)));
    }

    [Fact]
    public async Task A_late_settlement_does_not_revive_a_terminal_delivery()
    {
        var delivery = await EnqueueAsync();
        var lost = await LeaseOneAsync();
        Assert.True(await SettleAsync(DeadLetter(await LeaseOneAsync(LeaseEnd, OtherWorker), LeaseEnd)));

        Assert.False(await SettleAsync(Retry(lost, LeaseEnd, TimeSpan.Zero)));

        Assert.Equal(DeliveryState.DeadLetter, (await FindAsync(delivery)).State);
        Assert.Empty(await LeaseAsync(Now.AddYears(1)));
    }

    [Fact]
    public async Task A_delivery_that_was_never_leased_cannot_be_settled()
    {
        var delivery = await EnqueueAsync();

        Assert.False(
            await SettleAsync(
                Sent(
                    new Lease
                    {
                        Delivery = delivery,
                        Owner = Worker,
                        Fence = 0,
                        Until = LeaseEnd,
                    },
                    Now
                )
            )
        );
        Assert.False(
            await SettleAsync(
                Sent(
                    new Lease
                    {
                        Delivery = delivery,
                        Owner = Worker,
                        Fence = 1,
                        Until = LeaseEnd,
                    },
                    Now
                )
            )
        );

        Assert.Equal(DeliveryState.Pending, (await FindAsync(delivery)).State);
    }

    [Fact]
    public async Task Results_are_in_the_order_of_the_settlements()
    {
        await EnqueueManyAsync(2);
        var leases = await LeaseAsync(Now);
        Settlement[] settlements =
        [
            Sent(leases[0], Now),
            Sent(leases[1] with { Fence = leases[1].Fence + 1 }, Now),
            Sent(leases[0] with { Delivery = CreateSample().Delivery() }, Now),
            DeadLetter(leases[1], Now),
            Sent(leases[0], Now),
        ];

        Assert.Equal([true, false, false, true, false], await Store.Queue.SettleAsync(settlements, Cancellation));
    }

    [Fact]
    public async Task Attempts_are_stored_in_order_with_every_field()
    {
        var delivery = await EnqueueAsync();
        var expected = new List<Attempt>();
        for (var i = 0; i < 4; i++)
        {
            var at = Now.AddMinutes(i);
            var attempt = new Attempt
            {
                Provider = $"provider-{i}",
                StartedAt = at,
                Duration = TimeSpan.FromMilliseconds(i),
                Outcome = (OutcomeKind)i,
                Reason = $"\"skäl\", {{{i}}},",
                ProviderMessageId = i == 0 ? "vendor-1" : null,
            };
            expected.Add(attempt);
            Assert.True(
                await SettleAsync(Retry(await LeaseOneAsync(at), at, TimeSpan.FromMinutes(1)) with { Attempt = attempt })
            );
        }

        Assert.Equal(expected, (await FindAsync(delivery)).Attempts);
    }
}

using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests dead letters and their replay.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Only_dead_letters_are_listed_and_counted()
    {
        var sample = CreateSample();
        await EnqueueAsync(sample, sample.Deliveries(4));
        var leases = await LeaseAsync(Now, max: 3);
        await Store.Queue.SettleAsync(
            [Sent(leases[0], Now), DeadLetter(leases[1], Now), Retry(leases[2], Now, TimeSpan.FromHours(1))],
            Cancellation
        );

        Assert.Equal([leases[1].Delivery.Id], await FindDeadAsync(new DeadLetterFilter { Tenant = Tenant }));
        Same.As(
            await FindAsync(leases[1].Delivery),
            Assert.Single(await Store.DeadLetters.ListAsync(new DeadLetterFilter { Tenant = Tenant }, null, 10, Cancellation))
        );
    }

    [Fact]
    public async Task All_conditions_of_a_filter_must_match()
    {
        var early = await CreateDeadLetterAsync("mailbox is full", Now);
        var late = await CreateDeadLetterAsync("expired at 100%", Now.AddSeconds(10));
        var elsewhere = await CreateDeadLetterAsync("expired at 100 percent", Now.AddSeconds(20), OtherProvider);
        await CreateDeadLetterAsync("expired", Now, tenant: OtherTenant);
        var all = new DeadLetterFilter { Tenant = Tenant };

        Assert.Equal(Ids(elsewhere, late, early), await FindDeadAsync(all));
        Assert.Equal(
            Ids(elsewhere, early),
            await FindDeadAsync(all with { Ids = [early.Id, elsewhere.Id, Guid.CreateVersion7(Now)] })
        );
        Assert.Equal(Ids(elsewhere), await FindDeadAsync(all with { Provider = OtherProvider }));
        Assert.Equal(Ids(elsewhere, late), await FindDeadAsync(all with { Reason = "expired" }));
        Assert.Equal(Ids(late), await FindDeadAsync(all with { Reason = "100%" }));
        Assert.Empty(await FindDeadAsync(all with { Reason = "Expired" }));
        Assert.Equal(Ids(elsewhere, late), await FindDeadAsync(all with { From = Now.AddSeconds(10) }));
        Assert.Equal(Ids(early), await FindDeadAsync(all with { To = Now.AddSeconds(10) }));
        var some = all with { From = Now.AddSeconds(1), To = Now.AddSeconds(20), Provider = Provider, Reason = "at" };
        Assert.Equal(Ids(late), await FindDeadAsync(some));
        Assert.Empty(await FindDeadAsync(all with { Ids = [early.Id], Provider = OtherProvider }));
        Assert.Empty(await FindDeadAsync(all with { Ids = [] }));
    }

    [Fact]
    public async Task A_replayed_dead_letter_is_due_with_a_new_budget_and_expiry()
    {
        var dead = await CreateDeadLetterAsync("mailbox is full", Now, spent: 5);
        var before = await FindAsync(dead);
        var at = Now.AddDays(4);

        Assert.Equal(1, await ReplayAsync(at, 10));

        var record = await FindAsync(dead);
        Assert.Equal((DeliveryState.Pending, at), (record.State, record.DueAt));
        Assert.Equal(before.Attempts, record.Attempts);
        var delivery = (await LeaseOneAsync(at)).Delivery;
        Assert.Equal(
            (dead.Id, 0, TimeSpan.Zero, at.AddHours(1)),
            (delivery.Id, delivery.AttemptsSpent, delivery.RetryDelay, delivery.ExpiresAt)
        );
    }

    [Fact]
    public async Task The_history_continues_after_a_replay()
    {
        var dead = await CreateDeadLetterAsync("mailbox is full", Now);
        await ReplayAsync(Now, 10);

        await SettleAsync(Sent(await LeaseOneAsync(), Now.AddSeconds(1)));

        var record = await FindAsync(dead);
        Assert.Equal(DeliveryState.Sent, record.State);
        Assert.Equal(["mailbox is full", null], record.Attempts.Select(attempt => attempt.Reason));
        Assert.Equal(0, await ReplayAsync(Now, 10));
    }

    [Fact]
    public async Task A_replay_uses_the_provider_that_was_chosen_last()
    {
        await EnqueueAsync();
        await SettleAsync(DeadLetter(await LeaseOneAsync(), Now) with { Provider = OtherProvider });

        await ReplayAsync(Now, 10);

        Assert.Empty(await LeaseAsync(Now));
        Assert.Single(await LeaseAsync(Now, provider: OtherProvider));
    }

    [Fact]
    public async Task A_replay_stops_at_its_limit_and_can_be_repeated()
    {
        await CreateDeadLettersAsync(7);

        foreach (var replayed in new[] { 3, 3, 1, 0 })
            Assert.Equal(replayed, await ReplayAsync(Now, 3));
        Assert.Equal(7, (await LeaseAsync(Now)).Count);
    }

    [Fact]
    public async Task A_replay_affects_only_dead_letters_that_match_its_filter()
    {
        var dead = await CreateDeadLettersAsync(3);
        await CreateDeadLetterAsync("expired", Now, tenant: OtherTenant);

        Assert.Equal(1, await ReplayAsync(Now, 10, new DeadLetterFilter { Tenant = Tenant, Ids = [dead[1].Id] }));

        Assert.Equal(dead[1].Id, (await LeaseOneAsync()).Delivery.Id);
        Assert.Equal(Ids(dead[2], dead[0]), await FindDeadAsync(new DeadLetterFilter { Tenant = Tenant }));
    }

    [Fact]
    public async Task A_lease_from_before_a_replay_cannot_settle()
    {
        await EnqueueAsync();
        var lease = await LeaseOneAsync();
        await SettleAsync(DeadLetter(lease, Now));
        await ReplayAsync(Now, 10);
        var held = await LeaseOneAsync(owner: OtherWorker);

        Assert.False(await SettleAsync(Sent(lease, Now)));
        Assert.True(held.Fence > lease.Fence);
    }

    [Fact]
    public async Task Concurrent_replays_replay_each_dead_letter_once()
    {
        await CreateDeadLettersAsync(40);

        var replayed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ReplayAsync(Now, 10))));

        Assert.Equal(40, replayed.Sum());
    }

    private static IEnumerable<Guid> Ids(params IEnumerable<Delivery> deliveries) => deliveries.Select(delivery => delivery.Id);

    private async Task<Delivery> CreateDeadLetterAsync(
        string reason,
        DateTimeOffset at,
        string provider = Provider,
        string tenant = Tenant,
        int spent = 1
    )
    {
        var delivery = await EnqueueAsync(delivery => delivery with { Provider = provider }, tenant);
        await SettleAsync(DeadLetter(await LeaseOneAsync(provider: provider), at, reason) with { AttemptsSpent = spent });
        return delivery;
    }

    private Task<Delivery[]> CreateDeadLettersAsync(int count) => CreateDeadLettersAsync(count, _ => Now);

    /// <summary>Creates dead letters, in the order of their IDs, each with the time at which it ended.</summary>
    private async Task<Delivery[]> CreateDeadLettersAsync(int count, Func<int, DateTimeOffset> getEnd)
    {
        var sample = CreateSample();
        Delivery[] deliveries = [.. sample.Deliveries(count).OrderBy(delivery => delivery.Id)];
        await EnqueueAsync(sample, deliveries);
        await Store.Queue.SettleAsync(
            [
                .. (await LeaseAsync(Now)).Select(lease =>
                    DeadLetter(lease, getEnd(Array.FindIndex(deliveries, delivery => delivery.Id == lease.Delivery.Id)))
                ),
            ],
            Cancellation
        );
        return deliveries;
    }

    private async Task<int> ReplayAsync(DateTimeOffset at, int limit, DeadLetterFilter? filter = null) =>
        await Store.DeadLetters.ReplayAsync(
            new ReplayRequest
            {
                Filter = filter ?? new DeadLetterFilter { Tenant = Tenant },
                Now = at,
                ExpiresAt = at.AddHours(1),
                Limit = limit,
            },
            Cancellation
        );

    private async Task<IEnumerable<Guid>> FindDeadAsync(DeadLetterFilter filter)
    {
        var found = await Store.DeadLetters.ListAsync(filter, null, 100, Cancellation);
        Assert.Equal(found.Count, await Store.DeadLetters.CountAsync(filter, Cancellation));
        return found.Select(record => record.Delivery.Id);
    }
}

using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the order of dead letters, and the pages of their lists.</summary>
public abstract partial class StoreConformance
{
    private static readonly DeadLetterFilter AllDead = new() { Tenant = Tenant };

    /// <summary>Three ended at each time, and pages end between those. IDs do not have the order of the times.</summary>
    [Fact]
    public async Task Dead_letters_are_listed_page_by_page_newest_first()
    {
        var dead = await CreateDeadLettersAsync(9, i => Now.AddSeconds(i % 3));
        int[] newestFirst = [8, 5, 2, 7, 4, 1, 6, 3, 0];

        var paged = await ListPagesAsync(AllDead, 2);

        Assert.Equal(
            newestFirst.Select(i => (dead[i].Id, (DateTimeOffset?)Now.AddSeconds(i % 3))),
            paged.Select(record => (record.Delivery.Id, record.EndedAt))
        );
        Assert.Equal(9, await Store.DeadLetters.CountAsync(AllDead, Cancellation));
    }

    [Fact]
    public async Task A_page_continues_within_its_filter()
    {
        var dead = await CreateDeadLettersAsync(8, i => Now.AddSeconds(i / 2));
        await CreateDeadLetterAsync("mailbox is full", Now.AddSeconds(2), OtherProvider);
        await CreateDeadLetterAsync("mailbox is full", Now.AddSeconds(2), tenant: OtherTenant);
        var filter = AllDead with { Provider = Provider, From = Now.AddSeconds(1), To = Now.AddSeconds(3) };
        var last = new DeadLetterPosition(Now.AddSeconds(2), dead[5].Id);

        Assert.Equal(Ids(dead[5], dead[4], dead[3], dead[2]), Ids(await ListPagesAsync(filter, 1)));
        Assert.Equal(Ids(dead[4], dead[3], dead[2]), await FindAfterAsync(filter, last));
        var some = filter with { Ids = [dead[4].Id, dead[2].Id, dead[7].Id] };
        Assert.Equal(Ids(dead[4], dead[2]), await FindAfterAsync(some, last));
        // The period and the position need not overlap.
        Assert.Equal(Ids(dead[1], dead[0]), await FindAfterAsync(filter with { From = null, To = Now.AddSeconds(1) }, last));
        Assert.Equal(Ids(dead[3], dead[2]), await FindAfterAsync(filter with { To = Now.AddSeconds(2) }, last));
        Assert.Empty(await FindAfterAsync(filter with { From = Now.AddSeconds(3), To = null }, last));
    }

    /// <summary>A list shows each dead letter once that is there all the time, whatever comes and goes meanwhile.</summary>
    [Fact]
    public async Task Pages_neither_repeat_nor_skip_while_dead_letters_come_and_go()
    {
        var dead = await CreateDeadLettersAsync(9, i => Now.AddSeconds(i / 3));
        var first = await Store.DeadLetters.ListAsync(AllDead, null, 4, Cancellation);
        Assert.Equal(Ids(dead[8], dead[7], dead[6], dead[5]), Ids(first));

        // One of the page before, its last, and one of the page after are replayed; two more are there, before and after.
        await ReplayAsync(Now, 10, AllDead with { Ids = [dead[7].Id, dead[5].Id, dead[2].Id] });
        await LeaseAsync(Now);
        await CreateDeadLetterAsync("mailbox is full", Now.AddSeconds(9));
        var late = await CreateDeadLetterAsync("mailbox is full", Now.AddSeconds(-1));

        var rest = await ListPagesAsync(AllDead, 2, DeadLetterPosition.Create(first[^1]));
        Assert.Equal(Ids(dead[4], dead[3], dead[1], dead[0], late), Ids(rest));
    }

    [Fact]
    public async Task A_replay_begins_with_the_oldest()
    {
        var dead = await CreateDeadLettersAsync(5, i => Now.AddSeconds(-(i / 2)));

        Assert.Equal(2, await ReplayAsync(Now, 2));

        Assert.Equal(Ids(dead[2], dead[4]), (await LeaseAsync(Now)).Select(lease => lease.Delivery.Id).Order());
        Assert.Equal(Ids(dead[1], dead[0], dead[3]), await FindDeadAsync(AllDead));
    }

    /// <summary>Replayed deliveries fail again at once, and others fail meanwhile, some at the end of the period.</summary>
    [Fact]
    public async Task A_replay_in_batches_visits_each_dead_letter_once_while_others_come()
    {
        var dead = await CreateDeadLettersAsync(7, i => Now.AddSeconds(i % 2));
        var end = Now.AddSeconds(5);
        var visited = new List<Guid>();

        while (true)
        {
            var replayed = await ReplayAsync(end, 3, AllDead with { To = end });
            var leases = await LeaseAsync(end);
            Assert.Equal(replayed, leases.Count);
            visited.AddRange(leases.Select(lease => lease.Delivery.Id));
            foreach (var lease in leases)
                await SettleAsync(DeadLetter(lease, end));
            if (replayed < 3)
                break;

            var other = await EnqueueAsync();
            await SettleAsync(DeadLetter(await LeaseOneAsync(), end.AddSeconds(1)));
            Assert.DoesNotContain(other.Id, visited);
        }

        Assert.Equal(Ids(dead), visited.Order());
    }

    private static IEnumerable<Guid> Ids(IEnumerable<DeliveryRecord> records) => records.Select(record => record.Delivery.Id);

    private async Task<IEnumerable<Guid>> FindAfterAsync(DeadLetterFilter filter, DeadLetterPosition last) =>
        Ids(await Store.DeadLetters.ListAsync(filter, last, 100, Cancellation));

    private async Task<List<DeliveryRecord>> ListPagesAsync(DeadLetterFilter filter, int limit, DeadLetterPosition? after = null)
    {
        var paged = new List<DeliveryRecord>();
        while (await Store.DeadLetters.ListAsync(filter, after, limit, Cancellation) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, limit);
            paged.AddRange(page);
            Assert.True(paged.Count <= 100, "The pages do not end.");
            after = DeadLetterPosition.Create(page[^1]);
        }

        return paged;
    }
}

namespace Notify.Conformance.Storage;

/// <summary>This part tests the counts per minute.</summary>
public abstract partial class StoreConformance
{
    private DateTimeOffset Minute => new(Now.Ticks - (Now.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero);

    [Fact]
    public async Task Counts_with_the_same_key_are_added()
    {
        await Store.Analytics.AddAsync([Count(3), Count(4)], Cancellation);
        await Store.Analytics.AddAsync([Count(5)], Cancellation);

        Assert.Equal([Count(12)], await ListCountsAsync());
    }

    [Fact]
    public async Task Counts_with_different_keys_are_separate()
    {
        DeliveryCount[] counts =
        [
            Count(1),
            Count(2) with
            {
                Channel = Channel.Sms,
            },
            Count(3) with
            {
                Provider = OtherProvider,
            },
            Count(4) with
            {
                State = DeliveryState.Pending,
            },
            Count(5) with
            {
                Minute = Minute.AddMinutes(1),
            },
        ];

        await Store.Analytics.AddAsync(counts, Cancellation);
        await Store.Analytics.AddAsync([Count(100) with { Tenant = OtherTenant }], Cancellation);

        Assert.Equal(counts, (await ListCountsAsync()).OrderBy(count => count.Count));
        Assert.Equal(
            100,
            Assert.Single(await Store.Analytics.ListAsync(OtherTenant, Minute, Minute.AddHours(1), Cancellation)).Count
        );
    }

    [Fact]
    public async Task Counts_are_listed_by_time_within_a_period()
    {
        foreach (var minute in new[] { 3, 0, 4, 1, 2 })
            await Store.Analytics.AddAsync([Count(1) with { Minute = Minute.AddMinutes(minute) }], Cancellation);

        var listed = await Store.Analytics.ListAsync(Tenant, Minute.AddMinutes(1), Minute.AddMinutes(4), Cancellation);

        Assert.Equal([1.0, 2.0, 3.0], listed.Select(count => (count.Minute - Minute).TotalMinutes));
    }

    [Fact]
    public async Task Concurrent_counts_are_all_added()
    {
        await Task.WhenAll(
            Enumerable.Range(0, 40).Select(_ => Task.Run(async () => await Store.Analytics.AddAsync([Count(1)], Cancellation)))
        );

        Assert.Equal([Count(40)], await ListCountsAsync());
    }

    private DeliveryCount Count(long count) =>
        new()
        {
            Minute = Minute,
            Tenant = Tenant,
            Channel = Channel.Email,
            Provider = Provider,
            State = DeliveryState.Sent,
            Count = count,
        };

    private async Task<IReadOnlyList<DeliveryCount>> ListCountsAsync() =>
        await Store.Analytics.ListAsync(Tenant, Minute, Minute.AddHours(1), Cancellation);
}

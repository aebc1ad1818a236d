using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the throttles, which limit how often a recipient is notified.</summary>
public abstract partial class StoreConformance
{
    private static readonly TimeSpan Per = TimeSpan.FromHours(1);

    [Fact]
    public async Task Permits_are_granted_up_to_the_limit()
    {
        Assert.Equal([true, true], await TakeAsync(Now, max: 2, "u", "v"));
        Assert.Equal([true], await TakeAsync(Now.AddSeconds(1), max: 2, "u"));
        Assert.Equal([false, true, true], await TakeAsync(Now.AddSeconds(2), max: 2, "u", "v", "w"));
    }

    [Fact]
    public async Task A_permit_is_available_again_after_the_period()
    {
        Assert.Equal([true], await TakeAsync(Now, max: 2, "u"));
        Assert.Equal([true], await TakeAsync(Now.AddMinutes(30), max: 2, "u"));

        Assert.Equal([false], await TakeAsync(Now + Per - TimeSpan.FromMilliseconds(1), max: 2, "u"));
        Assert.Equal([true], await TakeAsync(Now + Per, max: 2, "u"));
        Assert.Equal([false], await TakeAsync(Now + Per, max: 2, "u"));
    }

    [Fact]
    public async Task A_refused_permit_does_not_count()
    {
        await TakeAsync(Now, max: 1, "u");
        Assert.Equal([false], await TakeAsync(Now.AddMinutes(59), max: 1, "u"));

        Assert.Equal([true], await TakeAsync(Now + Per, max: 1, "u"));
    }

    [Fact]
    public async Task A_short_throttle_keeps_the_permits_that_a_longer_one_counts()
    {
        Assert.Equal([true, true], await TakeAsync(Now, max: 1, "u", "v"));
        Assert.Equal([true], await TakeAsync(Now.AddHours(2), max: 1, "u"));
        Assert.Equal([true], await TakeAsync(Now.AddHours(4), max: 1, "u"));

        Assert.Equal([false, true], await TakeAsync(Now.AddHours(5), max: 2, TimeSpan.FromDays(1), "u", "v"));
        Assert.Equal([false], await TakeAsync(Now.AddHours(5), max: 3, TimeSpan.FromDays(1), "u"));
        Assert.Equal([true], await TakeAsync(Now.AddHours(5), max: 4, TimeSpan.FromDays(1), "u"));
        Assert.Equal([false], await TakeAsync(Now.AddDays(30), max: 4, TimeSpan.FromDays(31), "u"));
    }

    [Fact]
    public async Task A_throttle_counts_only_the_permits_within_its_own_period()
    {
        for (var day = 0; day < 3; day++)
            Assert.Equal([true], await TakeAsync(Now.AddDays(day), max: 3, TimeSpan.FromDays(31), "u"));

        Assert.Equal([true], await TakeAsync(Now.AddDays(2) + Per, max: 1, "u"));
        Assert.Equal([false], await TakeAsync(Now.AddDays(2) + Per, max: 1, "u"));
        Assert.Equal([true], await TakeAsync(Now.AddDays(2) + Per, max: 2, "u"));
        Assert.Equal([false], await TakeAsync(Now.AddDays(2) + Per, max: 5, TimeSpan.FromDays(31), "u"));
    }

    [Fact]
    public async Task A_permit_of_a_process_whose_clock_is_ahead_counts()
    {
        Assert.Equal([true], await TakeAsync(Now.AddSeconds(2), max: 2, "u"));
        Assert.Equal([true], await TakeAsync(Now, max: 2, "u"));

        Assert.Equal([false], await TakeAsync(Now.AddSeconds(1), max: 2, "u"));
        Assert.Equal([true], await TakeAsync(Now + Per, max: 2, "u"));
        Assert.Equal([false], await TakeAsync(Now + Per, max: 2, "u"));
    }

    [Fact]
    public async Task Tenants_and_categories_do_not_share_permits()
    {
        await TakeAsync(Now, max: 1, "u");
        var request = new ThrottleRequest
        {
            Tenant = Tenant,
            Category = "news",
            Recipients = ["u"],
            Max = 1,
            Per = Per,
            Now = Now,
        };

        Assert.Equal([true], await Store.Throttles.TryTakeAsync(request with { Category = "News" }, Cancellation));
        Assert.Equal([true], await Store.Throttles.TryTakeAsync(request with { Tenant = OtherTenant }, Cancellation));
        Assert.Equal([false], await Store.Throttles.TryTakeAsync(request, Cancellation));
    }

    [Fact]
    public async Task A_returned_permit_is_available_again()
    {
        await TakeAsync(Now, max: 3, "u", "v");
        await TakeAsync(Now, max: 3, "u");
        await TakeAsync(Now.AddSeconds(1), max: 3, "u");
        Assert.Equal([false], await TakeAsync(Now.AddSeconds(2), max: 3, "u"));

        await Store.Throttles.GiveBackAsync(
            new ThrottleRequest
            {
                Tenant = Tenant,
                Category = "news",
                Recipients = ["u", "unknown"],
                Max = 3,
                Per = Per,
                Now = Now,
            },
            Cancellation
        );

        Assert.Equal([true, true], await TakeAsync(Now.AddSeconds(2), max: 3, "u", "v"));
        Assert.Equal([false, true], await TakeAsync(Now.AddSeconds(3), max: 3, "u", "v"));
        Assert.Equal([false], await TakeAsync(Now.AddSeconds(3), max: 3, "v"));
    }

    [Fact]
    public async Task Concurrent_requests_get_exactly_as_many_permits_as_allowed()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => TakeAsync(Now, max: 5, "u"))));

        Assert.Equal(5, taken.Count(answers => answers[0]));
    }

    private Task<IReadOnlyList<bool>> TakeAsync(DateTimeOffset at, int max, params string[] recipients) =>
        TakeAsync(at, max, Per, recipients);

    private async Task<IReadOnlyList<bool>> TakeAsync(DateTimeOffset at, int max, TimeSpan per, params string[] recipients) =>
        await Store.Throttles.TryTakeAsync(
            new ThrottleRequest
            {
                Tenant = Tenant,
                Category = "news",
                Recipients = recipients,
                Max = max,
                Per = per,
                Now = at,
            },
            Cancellation
        );
}

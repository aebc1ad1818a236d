using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

public sealed class LeadershipTests(RedisServer redis) : IAsyncDisposable
{
    private readonly SharedStore _store = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task One_process_leads_and_the_next_leads_with_a_higher_fence()
    {
        var configure = await redis.FreshAsync();
        ILeadership[] processes = [.. Enumerable.Range(0, 8).Select(_ => Process(configure))];

        var terms = await Task.WhenAll(processes.Select(process => process.TryLeadAsync("sweeper", Cancellation).AsTask()));

        var first = Assert.Single(terms, term => term is not null)!;
        await using var other = await processes[0].TryLeadAsync("another-role", Cancellation);
        Assert.NotNull(other);
        Assert.Null(await processes[0].TryLeadAsync("sweeper", Cancellation));
        await first.DisposeAsync();
        Assert.True(first.Lost.IsCancellationRequested);
        await using var second = await processes[0].TryLeadAsync("sweeper", Cancellation);
        Assert.True(second!.Fence > first.Fence);
    }

    [Fact]
    public async Task A_leader_is_renewed_for_as_long_as_it_leads()
    {
        await using var server = await RedisProcess.StartAsync();
        // A term that a busy machine does not miss: it is renewed every three seconds.
        var leadership = Process(
            Brief(server.Address)
                + (options => (options.LeadFor, options.Timeout) = (TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(8)))
        );
        await using var term = await LeadAsync(leadership);

        // Its key is set to expire later more often than one term lasts.
        var renewals = 0;
        var before = await TimeToLiveAsync(server);
        await Eventually.TrueAsync(
            async () =>
            {
                var now = await TimeToLiveAsync(server);
                Assert.InRange(now, 1, 9_000);
                if (now > before)
                    renewals++;
                before = now;
                return renewals == 3;
            },
            "three renewals"
        );

        Assert.False(term.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_leader_that_is_not_renewed_any_more_learns_that_it_lost_and_another_leads()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var term = await LeadAsync(Process(Brief(server.Address)));
        var others = Process(Brief(server.Address));

        await server.StopAsync();
        await Eventually.TrueAsync(() => term.Lost.IsCancellationRequested, "the term to be lost");
        Assert.Null(await others.TryLeadAsync("sweeper", Cancellation));
        await server.RestartAsync();

        // The server has forgotten every fence.
        await using var next = await LeadAsync(others);
        Assert.True(next.Fence > term.Fence);
    }

    [Fact]
    public async Task A_leader_whose_key_is_anothers_learns_that_it_lost()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var term = await LeadAsync(Process(Brief(server.Address)));

        await server.AskAsync("SET {notify:leader:sweeper} another");

        await Eventually.TrueAsync(() => term.Lost.IsCancellationRequested, "the term to be lost");
        await term.DisposeAsync();
        Assert.Contains("another", await server.AskAsync("GET {notify:leader:sweeper}"), StringComparison.Ordinal);
    }

    // On a busy machine Redis may answer too late at first.
    private static Task<LeaderTerm> LeadAsync(ILeadership process) =>
        Eventually.FindAsync(async () => await process.TryLeadAsync("sweeper", Cancellation), "the process to lead");

    private static async Task<int> TimeToLiveAsync(RedisProcess server) =>
        int.Parse((await server.AskAsync("PTTL {notify:leader:sweeper}")).Split('\r')[0][1..], null);

    private static Action<RedisOptions> Brief(string connectionString) =>
        options =>
            (options.ConnectionString, options.LeadFor, options.Timeout, options.RetryAfter) = (
                connectionString,
                TimeSpan.FromSeconds(3),
                TimeSpan.FromSeconds(2),
                TimeSpan.FromMilliseconds(50)
            );

    private ILeadership Process(Action<RedisOptions> configure) => _store.Process(configure).GetRequiredService<ILeadership>();
}

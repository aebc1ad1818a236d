using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Storage.Redis.Tests;

/// <summary>
/// However many processes ask, and whatever happens to Redis: in any time together no more than the rate and one second's burst.
/// </summary>
public sealed class RateLimitTests(RedisServer redis) : IAsyncDisposable
{
    private const string Limit = "provider:mail";
    private const double PerSecond = 200;

    private readonly SharedStore _store = new();
    private long _taken;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Several_processes_together_keep_the_rate()
    {
        var configure = await redis.FreshAsync();
        ISharedRateLimits[] processes = [.. Enumerable.Range(0, 4).Select(_ => Process(configure))];

        var started = Stopwatch.GetTimestamp();
        await TakeUntilAsync(processes, () => Volatile.Read(ref _taken) >= 3 * PerSecond);

        AssertKept(started, bursts: 1);
    }

    [Fact]
    public async Task What_is_given_back_can_be_taken_by_others_and_no_more_than_a_burst_is_saved_up()
    {
        var configure = await redis.FreshAsync();
        var (here, there) = (Process(configure), Process(configure));
        Assert.Equal(new TakenPermits(1, 0), await here.TakeAsync("slow", 0.01, 5, Cancellation));
        Assert.Equal(0, (await there.TakeAsync("slow", 0.01, 5, Cancellation)).Taken);

        await here.GiveBackAsync("slow", 0.01, 3, Cancellation);

        Assert.Equal(1, (await there.TakeAsync("slow", 0.01, 5, Cancellation)).Taken);
        Assert.Equal(0, (await here.TakeAsync("slow", 0.01, 5, Cancellation)).Taken);
        Assert.Equal(1, (await here.TakeAsync("another", 0.01, 5, Cancellation)).Taken);
    }

    [Fact]
    public async Task Each_process_keeps_its_part_of_the_rate_while_Redis_is_away()
    {
        await using var server = await RedisProcess.StartAsync();
        ISharedRateLimits[] processes = [.. Enumerable.Range(0, 4).Select(_ => Process(Hasty(server.Address)))];
        foreach (var process in processes.Concat(processes))
            await process.TakeAsync(Limit, PerSecond, 1, Cancellation);

        var started = Stopwatch.GetTimestamp();
        await server.StopAsync();
        await TakeUntilAsync(processes, () => Volatile.Read(ref _taken) >= 2 * PerSecond);
        AssertKept(started, bursts: 1);
        await server.RestartAsync();
        await TakeUntilAsync(processes, () => Volatile.Read(ref _taken) >= 4 * PerSecond);

        AssertKept(started, bursts: 2);
    }

    [Fact]
    public async Task What_a_process_took_alone_was_not_saved_up_in_Redis_meanwhile()
    {
        await using var server = await RedisProcess.StartAsync();
        ISharedRateLimits[] process = [Process(Hasty(server.Address))];
        var started = Stopwatch.GetTimestamp();
        await TakeUntilAsync(process, () => Volatile.Read(ref _taken) >= 1);

        // The server reads back after a restart what it has written to its disk.
        await server.AskAsync("SAVE");
        await server.StopAsync();
        await TakeUntilAsync(process, () => Volatile.Read(ref _taken) >= PerSecond);
        await server.RestartAsync();
        var counted = await CountedAsync(server);
        await TakeUntilAsync(process, async () => await CountedAsync(server) != counted ? server : null);
        var taken = Volatile.Read(ref _taken);
        await TakeUntilAsync(process, () => Volatile.Read(ref _taken) >= taken + PerSecond);

        AssertKept(started, bursts: 0.25);
    }

    [Fact]
    public async Task An_answer_that_comes_late_but_within_the_timeout_counts()
    {
        await using var server = await RedisProcess.StartAsync();
        var process = Process(options =>
            (options.ConnectionString, options.Timeout) = (server.Address, TimeSpan.FromSeconds(10))
        );
        await process.TakeAsync(Limit, PerSecond, 1, Cancellation);

        server.Suspend();
        var taking = process.TakeAsync(Limit, PerSecond, 20, Cancellation);
        // By default, StackExchange.Redis ends a call after 5 seconds.
        await Task.Delay(TimeSpan.FromSeconds(6));
        server.Resume();

        // A process that has just lost Redis has no permits of its own.
        Assert.Equal(20, (await taking).Taken);
    }

    private static Task<string> CountedAsync(RedisProcess server) => server.AskAsync("HGET {notify:rate:provider:mail} at");

    private Task TakeUntilAsync(ISharedRateLimits[] processes, Func<bool> enough) =>
        TakeUntilAsync(processes, () => Task.FromResult<object?>(enough() ? this : null));

    private async Task TakeUntilAsync<T>(ISharedRateLimits[] processes, Func<Task<T?>> enough)
        where T : class
    {
        using var stop = new CancellationTokenSource();
        var taking = processes
            .Select(process =>
                Task.Run(async () =>
                {
                    while (!stop.IsCancellationRequested)
                    {
                        Interlocked.Add(ref _taken, (await process.TakeAsync(Limit, PerSecond, 20, Cancellation)).Taken);
                        await Task.Delay(5);
                    }
                })
            )
            .ToArray();
        try
        {
            await Eventually.FindAsync(enough, "enough permits");
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(taking);
        }
    }

    private void AssertKept(long started, double bursts)
    {
        var most = PerSecond * (Stopwatch.GetElapsedTime(started).TotalSeconds + bursts);
        Assert.True(_taken <= most, $"{_taken} were taken, and {most:0} are allowed");
    }

    private static Action<RedisOptions> Hasty(string connectionString) =>
        options =>
            (options.ConnectionString, options.Timeout, options.RetryAfter) = (
                connectionString,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromMilliseconds(100)
            );

    private ISharedRateLimits Process(Action<RedisOptions> configure) =>
        _store.Process(configure).GetRequiredService<ISharedRateLimits>();
}

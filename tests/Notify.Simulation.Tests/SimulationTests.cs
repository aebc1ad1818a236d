using System.Globalization;

namespace Notify.Simulation.Tests;

/// <summary>
/// Random worlds, each the same every time. To live through one again, set NOTIFY_SIMULATION_SEED to its number;
/// docs/decisions/0001-simulation.md tells how this works and what it has found.
/// </summary>
public sealed class SimulationTests
{
    private const string SeedVariable = "NOTIFY_SIMULATION_SEED";
    private const int Seeds = 1_000;
    private const int Repeated = 40;

    [Fact]
    public void Every_invariant_holds_in_every_world()
    {
        int[] seeds = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } seed
            ? [int.Parse(seed, CultureInfo.InvariantCulture)]
            : [.. Enumerable.Range(1, Seeds)];

        var failure = FirstFailure(seeds);

        Assert.True(failure is null, failure);
    }

    [Fact]
    public void A_seed_is_the_same_run_every_time()
    {
        for (var seed = 1; seed <= Repeated; seed++)
            Assert.Equal(Live(seed).Trace.Hash, Live(seed).Trace.Hash);
    }

    private static string? FirstFailure(int[] seeds)
    {
        var next = -1;
        var first = int.MaxValue;
        string? failure = null;
        var found = new Lock();
        OnThreads(Math.Min(Environment.ProcessorCount, seeds.Length), () =>
        {
            for (int index; failure is null && (index = Interlocked.Increment(ref next)) < seeds.Length; )
            {
                var world = Live(seeds[index]);
                lock (found)
                {
                    if (world.Ledger.Violation is not null && seeds[index] < first)
                        (first, failure) = (seeds[index], Describe(seeds[index], world));
                }
            }
        });
        return failure;
    }

    private static string Describe(int seed, World world) =>
        $"""
            Seed {seed}: {world.Ledger.Violation}, which does not hold.
            Live through it again with {SeedVariable}={seed}.
            {world.Conditions}
            {world.Trace.Describe(world.Ledger.ViolatedDelivery)}
            """;

    private static World Live(int seed)
    {
        World? world = null;
        OnThreads(1, () =>
        {
            world = new World(seed);
            world.Run();
        });
        return world!;
    }

    // Threads of its own: xunit's have a synchronisation context, which would take the engine's continuations elsewhere.
    private static void OnThreads(int count, Action action)
    {
        const int StackSize = 16 * 1024 * 1024;
        Exception? exception = null;
        var threads = Enumerable
            .Range(0, count)
            .Select(_ => new Thread(() => exception ??= Record.Exception(action), StackSize))
            .ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        if (exception is not null)
            throw new InvalidOperationException("The simulation itself failed.", exception);
    }
}

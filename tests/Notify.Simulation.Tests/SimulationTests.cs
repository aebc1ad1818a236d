using System.Globalization;

namespace Notify.Simulation.Tests;

/// <summary>
/// Runs random worlds, each of which is the same every time. To run one again, set NOTIFY_SIMULATION_SEED to its number. See
/// docs/decisions/0001-simulation.md for how this works and what it has found.
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

        var failure = FindFirstFailure(seeds);

        Assert.True(failure is null, failure);
    }

    [Fact]
    public void A_seed_is_the_same_run_every_time()
    {
        for (var seed = 1; seed <= Repeated; seed++)
            Assert.Equal(Run(seed).Trace.Hash, Run(seed).Trace.Hash);
    }

    private static string? FindFirstFailure(int[] seeds)
    {
        var next = -1;
        var first = int.MaxValue;
        string? failure = null;
        var found = new Lock();
        RunOnThreads(Math.Min(Environment.ProcessorCount, seeds.Length), () =>
        {
            for (int index; failure is null && (index = Interlocked.Increment(ref next)) < seeds.Length; )
            {
                var world = Run(seeds[index]);
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
            Run it again with {SeedVariable}={seed}.
            {world.Conditions}
            {world.Trace.Describe(world.Ledger.ViolatedDelivery)}
            """;

    private static World Run(int seed)
    {
        World? world = null;
        RunOnThreads(1, () =>
        {
            world = new World(seed);
            world.Run();
        });
        return world!;
    }

    // It starts its own threads: those of xunit have a synchronization context, which would move the continuations of the engine.
    private static void RunOnThreads(int count, Action action)
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

using System.Collections.Concurrent;
using Notify.Storage.MongoDb.Tests.Peer;

namespace Notify.Storage.MongoDb.Tests;

/// <summary>
/// Every fault of the table at every kind of command that the suites send: each time, a fact of the suites that sends the command
/// runs with this one fault and must pass. The suites with a fault at every command (<see cref="PeerQueueConformanceTests"/> and
/// the others) mix faults, and need not meet each fault at a command that few facts send.
/// </summary>
public sealed class FaultMatrixTests
{
    // The scenarios wait for the driver more than they compute.
    private const int AtOnce = 16;

    // A fact sends some commands only if it loses a race, so a cell has more than one chance.
    private const int FactsPerCell = 3;

    [Fact]
    public async Task Every_fault_passes_at_every_kind_of_command()
    {
        var facts = (await PeerSuites.GetAsync()).Facts;
        var cells = (
            from kind in facts.SelectMany(fact => fact.Kinds.Keys).Distinct()
            // The start does the same for every collection.
            where kind.Command is not ("createIndexes" or "listIndexes") || kind.Collection == "deliveries"
            from fault in FaultTable.GetFaults(kind.Command)
            select (Kind: kind, Fault: fault)
        ).ToArray();
        var (hit, failures) = (new ConcurrentDictionary<(CommandKind, Fault), bool>(), new ConcurrentQueue<string>());

        var inParallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = AtOnce,
            CancellationToken = TestContext.Current.CancellationToken,
        };
        await Parallel.ForEachAsync(cells, inParallel, async (cell, _) =>
        {
            foreach (var fact in Choose(facts, cell.Kind, cell.Fault))
            {
                try
                {
                    if (await RunAsync(fact, cell.Kind, cell.Fault))
                    {
                        hit.TryAdd((cell.Kind, cell.Fault), true);
                        return;
                    }
                }
                catch (Exception exception)
                {
                    failures.Enqueue($"{cell.Fault} at {cell.Kind} fails {fact}: {exception}");
                    return;
                }
            }
        });

        Assert.True(failures.IsEmpty, string.Join(Environment.NewLine, failures));
        Assert.DoesNotContain(cells, cell => !hit.ContainsKey((cell.Kind, cell.Fault)));
        Assert.InRange(cells.Length, 200, 1_000);
    }

    [Fact]
    public void Each_fault_that_is_not_injected_at_a_command_has_its_reason_and_each_command_some_faults()
    {
        foreach (var command in FaultTable.Commands)
        {
            Assert.Superset(
                new HashSet<Fault> { Fault.NotWritablePrimary, Fault.HostUnreachableAfter, Fault.StaleConfig, Fault.Slow },
                FaultTable.GetFaults(command).ToHashSet()
            );
            Assert.DoesNotContain(FaultTable.Faults, fault => FaultTable.GetReasonAgainst(command, fault) is "");
        }

        Assert.Contains(Fault.WriteConflict, FaultTable.GetFaults("findAndModify"));
        Assert.Contains(Fault.WriteConcernFailed, FaultTable.GetFaults("findAndModify"));
    }

    /// <summary>
    /// The quickest facts that send a command, those first that send it as a batch if the fault concerns a part of it.
    /// </summary>
    private static IEnumerable<RecordedFact> Choose(IReadOnlyList<RecordedFact> facts, CommandKind kind, Fault fault) =>
        facts
            .Where(fact => fact.Kinds.ContainsKey(kind))
            .OrderBy(fact => fault == Fault.PartOfBatchRefused && fact.Kinds[kind] == 1)
            .ThenBy(fact => fact.Duration)
            .Take(FactsPerCell);

    /// <summary>Runs a fact with a fault. Returns whether the fault was injected.</summary>
    private static async Task<bool> RunAsync(RecordedFact fact, CommandKind kind, Fault fault)
    {
        OneFaultPlan? plan = null;
        FaultyPeer.Instead.Value = () =>
            FaultyPeer.OpenAsync(
                // These are the answers of a router.
                isRouter: fault is Fault.StaleConfig or Fault.PartOfBatchRefused,
                database =>
                    (
                        plan = new OneFaultPlan(database, kind, fault)
                        {
                            OfSeveralWrites = fault == Fault.PartOfBatchRefused && fact.Kinds[kind] > 1,
                        }
                    ).Execute
            );
        await PeerSuites.RunAsync(fact.Suite, fact.Fact);
        return plan!.IsInjected;
    }
}

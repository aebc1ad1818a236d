using FsCheck;
using FsCheck.Fluent;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// Compares an <see cref="IDeliveryQueue"/> with a simple model on random walks of enqueues, leases, claims, renewals,
/// settlements (including late ones), cancellations, replays, lists of dead letters and crashes. Inherit it like
/// <see cref="DeliveryQueueConformance"/>. A failure prints the shortest walk that still fails, and the seed for
/// <see cref="Replay"/>.
/// </summary>
public abstract class DeliveryQueueModelConformance : StoreSuite
{
    private const int MinWalkLength = 20;
    private const int MaxWalkLength = 60;

    private static readonly (int Weight, QueueAction Action)[] Weights =
    [
        (5, QueueAction.Enqueue),
        (8, QueueAction.Lease),
        (2, QueueAction.Claim),
        (2, QueueAction.Renew),
        (6, QueueAction.Settle),
        (3, QueueAction.SettleLate),
        (1, QueueAction.Cancel),
        (2, QueueAction.Replay),
        (2, QueueAction.ListDeadLetters),
        (2, QueueAction.Crash),
    ];

    /// <summary>Gets the number of walks of 20 to 60 steps, each on an empty store. The default is 30.</summary>
    protected virtual int WalkCount => 30;

    /// <summary>
    /// Gets the two numbers that a failure printed, to repeat its walks. The default is null, which takes new walks each time.
    /// </summary>
    protected virtual (ulong Seed, ulong Gamma)? Replay => null;

    [Fact]
    public async Task A_queue_agrees_with_its_model_on_every_random_walk()
    {
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(WalkCount);
        if (Replay is { } replay)
            config = config.WithReplay(replay.Seed, replay.Gamma);
        var cancellation = Cancellation;

        var property = Prop.ForAll(Arb.From(Commands, Shrink), (QueueCommand[] commands) =>
            WalkAsync(commands, cancellation).GetAwaiter().GetResult()
        );

        // FsCheck blocks while it waits for each walk, so it runs on a dedicated thread and does not block a thread of xunit.
        await Task.Factory.StartNew(
            () => property.Check(config),
            cancellation,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    private static Gen<QueueCommand> Command =>
        from action in Gen.Frequency(Weights.Select(weight => (weight.Weight, Gen.Constant(weight.Action))))
        from pick in Gen.Choose(0, 999)
        from amount in Gen.Choose(0, 99)
        from variant in Gen.Choose(0, 23)
        select new QueueCommand(action, pick, amount, variant);

    private static Gen<QueueCommand[]> Commands =>
        from length in Gen.Choose(MinWalkLength, MaxWalkLength)
        from commands in Command.ArrayOf(length)
        select commands;

    private static IEnumerable<QueueCommand[]> Shrink(QueueCommand[] commands)
    {
        for (var length = commands.Length / 2; length > 0; length /= 2)
        {
            for (var start = 0; start + length <= commands.Length; start += length)
                yield return [.. commands[..start], .. commands[(start + length)..]];
        }
    }

    private async Task WalkAsync(QueueCommand[] commands, CancellationToken cancellationToken)
    {
        await using var store = await OpenAsync();
        await new QueueWalk(store, Now, cancellationToken).RunAsync(commands);
    }
}

using FsCheck;
using FsCheck.Fluent;
using Notify.Queueing;

namespace Notify.Conformance;

/// <summary>
/// Random walks of enqueues, leases, claims, renewals and settlements (late ones too), cancellations, replays and crashes over an
/// <see cref="IDeliveryQueue"/>, compared with a plain model of it. Inherited like <see cref="DeliveryQueueConformance"/>.
/// A failure prints the shortest walk that still fails, and the seed to put into <see cref="Replay"/>.
/// </summary>
public abstract class DeliveryQueueModelConformance : StoreSuite
{
    private const int ShortestWalk = 20;
    private const int LongestWalk = 60;

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
        (2, QueueAction.Crash),
    ];

    /// <summary>How many walks of 20 to 60 steps are taken, each on a fresh store. Default 30.</summary>
    protected virtual int Walks => 30;

    /// <summary>The two numbers that a failure printed, to take the same walks again; null for new walks each time.</summary>
    protected virtual (ulong Seed, ulong Gamma)? Replay => null;

    [Fact]
    public async Task A_queue_agrees_with_its_model_on_every_walk()
    {
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(Walks);
        if (Replay is { } replay)
            config = config.WithReplay(replay.Seed, replay.Gamma);
        var cancellation = Cancellation;

        var property = Prop.ForAll(Arb.From(Commands, Shorter), (QueueCommand[] commands) =>
            WalkAsync(commands, cancellation).GetAwaiter().GetResult()
        );

        // FsCheck waits for each walk; a thread of its own keeps it from holding up xunit's.
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
        from length in Gen.Choose(ShortestWalk, LongestWalk)
        from commands in Command.ArrayOf(length)
        select commands;

    private static IEnumerable<QueueCommand[]> Shorter(QueueCommand[] commands)
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

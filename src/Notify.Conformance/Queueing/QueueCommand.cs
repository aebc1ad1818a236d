namespace Notify.Conformance;

/// <summary>What a worker, a caller or a crash does to a queue.</summary>
internal enum QueueAction
{
    Enqueue,
    Lease,
    Claim,
    Renew,
    Settle,
    SettleLate,
    Cancel,
    Replay,
    Crash,
}

/// <summary>
/// One step of a random walk. Its numbers are read relative to what is there when it runs, so that it means something in
/// every state and a failing walk can be shortened by leaving steps out.
/// </summary>
/// <param name="Action">What is done.</param>
/// <param name="Pick">Which of what is there.</param>
/// <param name="Amount">How many, or how long.</param>
/// <param name="Variant">In which way.</param>
internal sealed record QueueCommand(QueueAction Action, int Pick, int Amount, int Variant)
{
    public override string ToString() => $"{Action}({Pick}, {Amount}, {Variant})";
}

namespace Notify.Conformance.Storage;

/// <summary>An action of a worker or caller on a queue, or a crash.</summary>
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
    ListDeadLetters,
    Crash,
}

/// <summary>
/// One step of a random walk. Its numbers are interpreted relative to the state in which it runs. Every step is therefore valid
/// in every state, and a failing walk can be shortened by leaving out steps.
/// </summary>
/// <param name="Action">The action.</param>
/// <param name="Pick">Selects one of the existing items.</param>
/// <param name="Amount">A number of items or a duration.</param>
/// <param name="Variant">Selects a variant of the action.</param>
internal sealed record QueueCommand(QueueAction Action, int Pick, int Amount, int Variant)
{
    public override string ToString() => $"{Action}({Pick}, {Amount}, {Variant})";
}

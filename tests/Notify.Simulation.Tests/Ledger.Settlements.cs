using Notify.Providers;
using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>This part checks settlements.</summary>
internal sealed partial class Ledger
{
    public void Settled(SimulatedProcess process, Settlement settlement, bool applied)
    {
        var facts = _facts[settlement.DeliveryId];
        var holds = facts.Holder is not null && facts.Fence == settlement.Fence;
        Require(
            applied == holds,
            applied ? "a late settlement of a lost lease changes nothing" : "a settlement under a lease that holds is written",
            facts
        );
        trace.Add(
            applied ? $"settled: {settlement.State}, {settlement.Attempt?.Outcome}" : "settlement refused",
            process.Number,
            facts.Number
        );
        if (!applied)
            return;

        Require(
            settlement is not { State: DeliveryState.Cancelled, Attempt: null } || recipients.MayCancel(facts),
            "what its recipient wants and can receive is not cancelled",
            facts
        );
        if (settlement.Attempt is not null)
            CheckSettlement(facts, settlement, LastAttempt(facts, process)!);
        facts.Holder = null;
        facts.State = settlement.State == DeliveryState.Pending ? DeliveryState.Pending : facts.State;
        Require(facts.State == DeliveryState.Pending, $"{facts.State} is an end", facts);
        if (settlement.Attempt is not null && settlement.DueAt <= clock.Now && facts.Delivery.UserId is not null)
            DueAgain = facts;
        if (settlement.DueAt is { } dueAt)
            facts.NotBefore = facts.NotBefore > dueAt ? facts.NotBefore : dueAt;
        Resync(_notifications[facts.Delivery.NotificationId]);
        Require(facts.State == settlement.State && facts.DueAt == settlement.DueAt, "what was settled is stored", facts);
    }

    /// <summary>Records that a process sends a settlement. It has received leases up to this fence.</summary>
    public void Settles(SimulatedProcess process, Settlement settlement, long heardFence)
    {
        var facts = _facts[settlement.DeliveryId];
        // A stop may give a lease back that is being given back already, which changes nothing.
        Require(
            settlement.Fence >= heardFence || settlement is { State: DeliveryState.Pending, Attempt: null },
            "a process settles under the latest lease that it has",
            facts
        );
        if (FindSettled(process, settlement) is { } attempt)
            (attempt.IsSettling, attempt.SettleFailed) = (true, false);
    }

    public void SettleAnswered(SimulatedProcess process, Settlement settlement, bool applied, long heardFence)
    {
        if (FindSettled(process, settlement) is not { } attempt)
            return;

        attempt.IsSettling = false;
        attempt.LostItsLease = !applied && heardFence <= settlement.Fence;
    }

    public void SettleFailed(SimulatedProcess process, IReadOnlyList<Settlement> settlements)
    {
        foreach (var settlement in settlements)
        {
            if (FindSettled(process, settlement) is { } attempt)
                (attempt.IsSettling, attempt.SettleFailed) = (false, true);
        }
    }

    private void CheckSettlement(Facts facts, Settlement settlement, ObservedAttempt attempt)
    {
        var outcome = settlement.Attempt!.Outcome;
        Require(!attempt.IsHeard || attempt.Answer?.Kind == outcome, "what is settled is what the vendor answered", facts);
        Require(
            settlement.State == DeliveryState.Pending
                || (outcome == OutcomeKind.Sent) == (settlement.State == DeliveryState.Sent),
            "what the vendor accepted ends as sent, and nothing else does",
            facts
        );
        Require(
            settlement.State != DeliveryState.Pending || outcome is OutcomeKind.Retry or OutcomeKind.AnswerLost,
            "nothing final is tried again",
            facts
        );
        Require(
            settlement.State != DeliveryState.Sent || facts.Acceptances > 0,
            "what is sent was accepted by the vendor",
            facts
        );
        if (outcome is not (OutcomeKind.Retry or OutcomeKind.AnswerLost))
            return;

        var heard = attempt.IsHeard ? attempt.Answer : null;
        if (!attempt.IsSpent && heard is not { IsThrottled: true } and not { IsProviderFailure: true })
        {
            attempt.IsSpent = true;
            facts.Spent++;
        }

        if (settlement.DueAt is { } dueAt && heard is { RetryAfter: { } after, IsProviderFailure: false })
            Require(dueAt >= settlement.SettledAt + after, "a vendor's Retry-After is waited for", facts);
    }

    // A lease that is given back, and a delivery that is cancelled or put off, settles no attempt.
    private ObservedAttempt? FindSettled(SimulatedProcess process, Settlement settlement) =>
        settlement.Attempt is null ? null : LastAttempt(_facts[settlement.DeliveryId], process);

    private static ObservedAttempt? LastAttempt(Facts facts, SimulatedProcess process) =>
        facts.Attempts.LastOrDefault(attempt => attempt.Process == process);
}

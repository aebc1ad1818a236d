using Notify.Providers;
using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>This part watches the queue.</summary>
internal sealed partial class Ledger
{
    /// <summary>
    /// How often another tenant may be served while one waits: once in its turn, and once when the turns begin again.
    /// </summary>
    private const int MostServedMeanwhile = 2;

    private readonly Dictionary<(string Tenant, string Key), Guid> _keys = [];
    private readonly Dictionary<(Priority, string Provider, string Waiting), Dictionary<string, int>> _servedMeanwhile = [];

    public void Enqueued(SimulatedProcess process, EnqueueRequest request, EnqueueResult result)
    {
        if (result.Status != EnqueueStatus.Stored)
            return;

        var notification = request.Notification;
        _notifications.Add(notification.Id, notification);
        _storedIn.Add(notification.Id, trace.Count);
        if (request.Idempotency is { } claim)
            Require(
                _keys.TryAdd((notification.Tenant, claim.Key), notification.Id),
                "an idempotency key stores one notification"
            );
        Store(process, notification, request.Deliveries);
        Collect(notification, request.Digests);
    }

    public void Expanded(SimulatedProcess process, ExpansionStep step, bool advanced)
    {
        if (!advanced)
            return;

        Store(process, step.Lease.Notification, step.Deliveries);
        Collect(step.Lease.Notification, step.Digests);
        var users = _facts
            .Values.Where(facts => facts.Delivery.NotificationId == step.Lease.Notification.Id)
            .Select(facts => facts.Delivery.UserId)
            .ToArray();
        Require(users.Length == users.Distinct().Count(), "a topic's subscriber is notified once");
    }

    public void Leased(SimulatedProcess process, LeaseRequest request, IReadOnlyList<Lease> leases)
    {
        CheckTurns(request, leases);
        foreach (var lease in leases)
        {
            var facts = _facts[lease.Delivery.Id];
            Require(facts.DueAt <= request.Now, "nothing is leased before it is due", facts);
            Require(facts.Holder is null || facts.HeldUntil <= request.Now, "a lease is exclusive", facts);
            Hold(process, facts, lease, fillsSlot: true);
        }
    }

    public void Claimed(SimulatedProcess process, IReadOnlyList<Lease> leases)
    {
        foreach (var lease in leases)
        {
            var facts = _facts[lease.Delivery.Id];
            Require(
                facts is { Holder: null, Fence: 0, State: DeliveryState.Pending },
                "a claim takes nothing that was taken before",
                facts
            );
            Hold(process, facts, lease, fillsSlot: false);
        }
    }

    public void Renewed(SimulatedProcess process, RenewRequest request, IReadOnlyList<bool> answers)
    {
        for (var i = 0; i < answers.Count; i++)
        {
            var (facts, fence) = (_facts[request.References[i].Id], request.References[i].Fence);
            var holds = facts.Holder is not null && facts.Fence == fence;
            Require(
                answers[i] == holds,
                answers[i] ? "a renewal of a lost lease changes nothing" : "a renewal of a lease that holds is written",
                facts
            );
            if (answers[i])
                Require(facts.Holder == process, "a process renews its own leases only", facts);
            if (answers[i])
                (facts.HeldUntil, facts.DueAt) = (request.Until, request.Until);
        }
    }

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

    public void Cancelled(Guid notificationId, Cancellation? cancellation)
    {
        if (!_notifications.TryGetValue(notificationId, out var notification))
            return;

        _cancelled.Add(notificationId);
        Resync(notification);
        var all = _facts.Values.Where(facts => facts.Delivery.NotificationId == notification.Id).ToArray();
        Require(cancellation is not null, "what is known can be cancelled");
        Require(
            cancellation is null
                || cancellation.Cancelled + cancellation.InFlight + cancellation.Ended
                    == all.Length + CountEndedEvents(notificationId),
            "a cancellation counts everything"
        );
        if (cancellation is not null)
            CheckCancelledEvents(notificationId, cancellation);
        foreach (var facts in all.Where(facts => cancellation?.CancelledIds.Contains(facts.Delivery.Id) == true))
            Require(facts.State == DeliveryState.Cancelled, "what a cancellation counts is cancelled", facts);
    }

    /// <summary>Records that dead letters are due again, with a new retry budget and expiry.</summary>
    public void Replayed(string tenant, int count)
    {
        var replayed = 0;
        foreach (var notification in _notifications.Values.Where(notification => notification.Tenant == tenant))
        {
            foreach (var record in ListDeliveries(notification).Where(record => record.State == DeliveryState.Pending))
            {
                var facts = _facts[record.Delivery.Id];
                if (facts.State != DeliveryState.DeadLetter)
                    continue;

                (facts.State, facts.DueAt, facts.NotBefore, facts.Spent) = (record.State, record.DueAt, clock.Now, 0);
                replayed++;
            }

            Resync(notification);
        }

        Require(replayed == count, "a replay makes as many dead letters due as it counts");
    }

    /// <summary>Reads a notification again after a receipt, which may have changed other deliveries of it.</summary>
    public void Touched(Guid notificationId) => Resync(_notifications[notificationId]);

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

    private void Store(SimulatedProcess process, Notification notification, IReadOnlyList<QueuedDelivery> deliveries)
    {
        foreach (var queued in deliveries)
        {
            var facts = new Facts(_facts.Count + 1, queued.Delivery) { DueAt = queued.DueAt };
            _facts.Add(queued.Delivery.Id, facts);
            if (queued.Lease is { } lease)
                Hold(process, facts, lease, fillsSlot: true);
        }

        CountPassed(process, notification, deliveries);
        Resync(notification);
        if (notification.Trigger.CollapseKey is { } key)
        {
            foreach (var older in _notifications.Values.Where(older => older.Trigger.CollapseKey == key))
                Resync(older);
        }
    }

    // A lease that is given back, and a delivery that is cancelled or put off, settles no attempt.
    private ObservedAttempt? FindSettled(SimulatedProcess process, Settlement settlement) =>
        settlement.Attempt is null ? null : LastAttempt(_facts[settlement.DeliveryId], process);

    private static ObservedAttempt? LastAttempt(Facts facts, SimulatedProcess process) =>
        facts.Attempts.LastOrDefault(attempt => attempt.Process == process);

    private void Hold(SimulatedProcess process, Facts facts, Lease lease, bool fillsSlot)
    {
        facts.HeldSince = trace.Count;
        trace.Add($"holds fence {lease.Fence}", process.Number, facts.Number);
        (facts.Holder, facts.Fence, facts.HeldUntil, facts.DueAt, facts.FillsSlot) = (
            process,
            lease.Fence,
            lease.Until,
            lease.Until,
            fillsSlot
        );
    }

    private void CheckTurns(LeaseRequest request, IReadOnlyList<Lease> leases)
    {
        foreach (var quota in request.Quotas)
        {
            var due = _facts
                .Values.Where(facts =>
                    facts.DueAt <= request.Now
                    && facts.Delivery.Provider == quota.Provider
                    && facts.Delivery.Priority == quota.Priority
                )
                .GroupBy(facts => facts.Delivery.Tenant)
                .ToDictionary(tenant => tenant.Key, tenant => tenant.Count());
            foreach (
                var lease in leases.Where(lease =>
                    lease.Delivery.Provider == quota.Provider && lease.Delivery.Priority == quota.Priority
                )
            )
            {
                var served = lease.Delivery.Tenant;
                due[served] = due.GetValueOrDefault(served) - 1;
                _servedMeanwhile.Remove((quota.Priority, quota.Provider, served));
                foreach (var waiting in due.Where(tenant => tenant.Value > 0 && tenant.Key != served))
                    CountServed((quota.Priority, quota.Provider, waiting.Key), served);
            }

            foreach (
                var gone in _servedMeanwhile
                    .Keys.Where(key =>
                        key.Item1 == quota.Priority && key.Provider == quota.Provider && due.GetValueOrDefault(key.Waiting) == 0
                    )
                    .ToArray()
            )
            {
                _servedMeanwhile.Remove(gone);
            }
        }
    }

    private void CountServed((Priority, string, string) waiting, string served)
    {
        if (!_servedMeanwhile.TryGetValue(waiting, out var counts))
            _servedMeanwhile.Add(waiting, counts = []);
        counts[served] = counts.GetValueOrDefault(served) + 1;
        Require(counts[served] <= MostServedMeanwhile, "no tenant waits while another is served again and again");
    }
}

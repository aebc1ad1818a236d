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

    /// <summary>
    /// Gets or sets a user's delivery that was just settled as due again, perhaps before its process has the answer. The process
    /// may lease it while the run of the settled attempt has not ended.
    /// </summary>
    public Facts? DueAgain { get; set; }

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
        foreach (var slots in request.Slots)
        {
            var due = _facts
                .Values.Where(facts =>
                    facts.DueAt <= request.Now
                    && facts.Delivery.Provider == slots.Provider
                    && facts.Delivery.Priority == slots.Priority
                )
                .GroupBy(facts => facts.Delivery.Tenant)
                .ToDictionary(tenant => tenant.Key, tenant => tenant.Count());
            foreach (
                var lease in leases.Where(lease =>
                    lease.Delivery.Provider == slots.Provider && lease.Delivery.Priority == slots.Priority
                )
            )
            {
                var served = lease.Delivery.Tenant;
                due[served] = due.GetValueOrDefault(served) - 1;
                _servedMeanwhile.Remove((slots.Priority, slots.Provider, served));
                foreach (var waiting in due.Where(tenant => tenant.Value > 0 && tenant.Key != served))
                    CountServed((slots.Priority, slots.Provider, waiting.Key), served);
            }

            foreach (
                var gone in _servedMeanwhile
                    .Keys.Where(key =>
                        key.Item1 == slots.Priority && key.Provider == slots.Provider && due.GetValueOrDefault(key.Waiting) == 0
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

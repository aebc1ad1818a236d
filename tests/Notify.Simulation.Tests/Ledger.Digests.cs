using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>This part watches digests: every accepted event is in exactly one summary, or cancelled.</summary>
internal sealed partial class Ledger
{
    private readonly Dictionary<Guid, CollectedFacts> _collected = [];

    public void DigestsLeased(DueRequest request, IReadOnlyList<DigestLease> leases)
    {
        foreach (var collected in leases.SelectMany(lease => lease.Events))
        {
            var facts = _collected[collected.Id];
            Require(facts.State == CollectedState.Waiting, $"nothing is leased to sum up that is {facts.State}");
            facts.LeasedIn = trace.Count;
        }

        Require(
            leases.GroupBy(lease => lease.Tenant).All(tenant => tenant.Count() <= request.MaxPerTenant),
            "a tenant gets no more digests than its turn allows"
        );
    }

    public void DigestClosed(SimulatedProcess process, DigestClosing closing, bool closed)
    {
        if (!closed)
            return;

        foreach (var collected in closing.Lease.Events)
        {
            var facts = _collected[collected.Id];
            Require(facts.State == CollectedState.Waiting, $"an event is not summed up that is {facts.State}");
            Require(
                closing.State == CollectedState.Summarized
                    || recipients.WasMissing(closing.Lease.Tenant, collected.UserId!, facts.CollectedIn)
                    || (
                        collected.Topic is not null
                        && !recipients.WasSubscribed(closing.Lease.Tenant, collected.UserId!, facts.CollectedIn)
                    ),
                $"a digest is summed up, not {closing.State}: {closing.Reason}"
            );
            Require(
                closing.State != CollectedState.Summarized
                    || collected.Topic is null
                    || recipients.MayBeSubscribed(closing.Lease.Tenant, collected.UserId!, facts.LeasedIn),
                "no event of a topic is summed up for a user who unsubscribed"
            );
            (facts.State, facts.SummaryId) = (closing.State, closing.Summary?.Notification.Id);
        }

        if (closing.Summary is not { } summary)
            return;

        var trigger = summary.Notification.Trigger;
        Require(
            closing.Lease.Events.All(one =>
                one.Key == closing.Lease.Key
                && one.Trigger.Category == trigger.Category
                && one.Trigger.Priority == trigger.Priority
            ),
            "a summary has its events' category and priority"
        );
        _notifications.Add(summary.Notification.Id, summary.Notification);
        _storedIn.Add(summary.Notification.Id, trace.Count);
        Store(process, summary.Notification, summary.Deliveries);
    }

    public bool DigestsAreDone() => _collected.Values.All(facts => facts.State != CollectedState.Waiting);

    /// <summary>A notification that a digest still collects; null when there is none.</summary>
    public Notification? AnyCollecting(Random random)
    {
        var waiting = _collected.Values.Where(facts => facts.State == CollectedState.Waiting).ToArray();
        return waiting.Length == 0 ? null : _notifications[waiting[random.Next(waiting.Length)].NotificationId];
    }

    private void Collect(Notification notification, IReadOnlyList<DigestEvent> events)
    {
        foreach (var collected in events)
        {
            Require(collected.NotificationId == notification.Id, "an event belongs to the notification that it came with");
            Require(
                _collected.TryAdd(collected.Id, new CollectedFacts(notification.Id, trace.Count)),
                "an event is collected once"
            );
        }
    }

    private void CheckCancelledEvents(Guid notificationId, Cancellation cancellation)
    {
        var all = _collected.Values.Where(facts => facts.NotificationId == notificationId).ToArray();
        var waiting = all.Where(facts => facts.State == CollectedState.Waiting).ToArray();
        Require(cancellation.Collected == waiting.Length, "a cancellation takes out exactly the events that wait");
        foreach (var facts in waiting)
            facts.State = CollectedState.Cancelled;
    }

    private int CountEndedEvents(Guid notificationId) =>
        _collected.Values.Count(facts => facts.NotificationId == notificationId && facts.State != CollectedState.Waiting);

    private void CheckDigestsAtRest()
    {
        foreach (var notification in _notifications.Values)
        {
            foreach (var stored in ListEvents(notification, ofSummary: false))
            {
                var facts = _collected[stored.Id];
                Require(stored.State != CollectedState.Waiting, "every event is in a summary or cancelled");
                Require(
                    (stored.State, stored.SummaryId) == (facts.State, facts.SummaryId),
                    "an event's state is what became of it"
                );
            }

            foreach (var stored in ListEvents(notification, ofSummary: true))
                Require(_collected[stored.Id].SummaryId == notification.Id, "a summary lists the events that it has");
        }
    }

    private IReadOnlyList<CollectedEvent> ListEvents(Notification notification, bool ofSummary) =>
        digests.ListAsync(notification.Tenant, notification.Id, ofSummary, 1_000, CancellationToken.None).Result;

    private sealed class CollectedFacts(Guid notificationId, long collectedIn)
    {
        public Guid NotificationId { get; } = notificationId;

        /// <summary>Gets the step of the run in which it was collected.</summary>
        public long CollectedIn => collectedIn;

        /// <summary>Gets or sets the step of the run in which its digest was leased last.</summary>
        public long LeasedIn { get; set; }

        public CollectedState State { get; set; }

        public Guid? SummaryId { get; set; }
    }
}

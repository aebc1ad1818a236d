using Notify.Providers;
using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>
/// The invariants. The ledger watches every effect on the store and every call to a provider, keeps its own account of each
/// delivery, and records the first violation.
/// </summary>
internal sealed partial class Ledger(
    Conditions conditions,
    SimulatedClock clock,
    RecipientRecord recipients,
    INotificationStore store,
    IExpansionStore expansions,
    IDigestStore digests,
    IErasureStore erasures,
    Trace trace
)
{
    private readonly Dictionary<Guid, Facts> _facts = [];
    private readonly Dictionary<Guid, Notification> _notifications = [];
    private readonly Dictionary<Guid, long> _storedIn = [];
    private readonly HashSet<Guid> _cancelled = [];

    public Nights Nights { get; set; } = null!;

    /// <summary>Gets the first violation; null while every invariant holds.</summary>
    public string? Violation { get; private set; }

    public int ViolatedDelivery { get; private set; }

    public IReadOnlyCollection<Facts> All => _facts.Values;

    public int GetNumber(Guid delivery) => _facts.TryGetValue(delivery, out var facts) ? facts.Number : 0;

    public void Require(bool holds, string invariant, Facts? facts = null)
    {
        if (holds || Violation is not null)
            return;

        Violation = invariant;
        ViolatedDelivery = facts?.Number ?? 0;
        trace.Add($"VIOLATION: {invariant}", 0, ViolatedDelivery);
    }

    public ObservedAttempt AttemptStarts(SimulatedProcess process, Delivery delivery)
    {
        if (!_facts.TryGetValue(delivery.Id, out var facts))
        {
            Require(false, "nothing is attempted before it is stored");
            facts = new Facts(0, delivery);
        }

        var now = clock.Now;
        Require(delivery.To.Value.Length > 0, "nothing is attempted that was erased", facts);
        Require(facts.State == DeliveryState.Pending, $"nothing is attempted that is {facts.State}", facts);
        Require(facts.Holder == process && facts.HeldUntil > now, "an attempt needs a lease that holds", facts);
        Require(now < facts.Delivery.ExpiresAt, "nothing is attempted after it expired", facts);
        Require(now >= facts.NotBefore, "nothing is attempted before it is due", facts);
        Require(!Nights.ForbidAttempt(facts.Delivery, now), "nothing is sent in quiet hours", facts);
        if (recipients.FindViolation(facts, delivery.To) is { } violation)
            Require(false, violation, facts);
        Require(facts.Spent < conditions.MaxAttempts, "no attempt after the retry budget is spent", facts);
        Require(
            !facts.Attempts.Any(other => other.Process == process && other.IsInFlight),
            "one attempt at a time within a process",
            facts
        );

        var attempt = new ObservedAttempt(process, facts, now);
        facts.Attempts.Add(attempt);
        var held = InFlight(process).Count(other => other.Facts.FillsSlot && other.Facts.Delivery.Provider == delivery.Provider);
        Require(held <= conditions.Slots, "a process holds no more than it has slots", facts);
        return attempt;
    }

    public void VendorAccepts(ObservedAttempt attempt)
    {
        var facts = attempt.Facts;
        facts.Acceptances++;
        foreach (
            var earlier in facts
                .Attempts.TakeWhile(other => other != attempt)
                .Where(other => other.Answer?.Kind == OutcomeKind.Sent)
        )
        {
            Require(!conditions.IsCalm, "nothing is sent twice where nothing fails", facts);
            Require(earlier.MayBeRepeated, "nothing is sent twice but for a crash, a lost answer or a lost lease", facts);
        }
    }

    public void Heard(ObservedAttempt attempt)
    {
        attempt.IsInFlight = false;
        attempt.IsHeard = true;
    }

    public void NotHeard(ObservedAttempt attempt) => attempt.IsInFlight = false;

    /// <summary>Records that a process is gone or gives up. Attempts that it had in flight may be repeated.</summary>
    public void CutOff(SimulatedProcess process)
    {
        foreach (var attempt in _facts.Values.SelectMany(facts => facts.Attempts).Where(attempt => attempt.Process == process))
            (attempt.IsCutOff, attempt.IsInFlight) = (true, false);
        _gone.Add(process);
    }

    public void Acknowledged(Guid notificationId, int expectedDeliveries)
    {
        if (!_notifications.TryGetValue(notificationId, out var notification))
        {
            Require(false, "what was acknowledged is durable");
            return;
        }

        var stored = ListDeliveries(notification).Count;
        Require(
            stored >= expectedDeliveries,
            $"what was acknowledged is durable with its deliveries: {stored} of {expectedDeliveries}"
        );
    }

    /// <summary>Determines whether every topic that was not cancelled has reached its subscribers.</summary>
    public bool ExpansionsAreDone() =>
        _notifications.Values.All(notification => GetProgress(notification).All(progress => progress.IsComplete));

    /// <summary>Checks what must hold when the world has come to rest.</summary>
    public void CheckAtRest()
    {
        foreach (var notification in _notifications.Values)
        {
            Resync(notification);
            foreach (var progress in GetProgress(notification))
                CheckExpansion(notification, progress);
        }

        CheckDigestsAtRest();
        CheckErasures();
        CheckThrottlesAtRest();
        foreach (var facts in _facts.Values)
        {
            Require(facts.State != DeliveryState.Pending, "every delivery ends", facts);
            Require(facts.State != DeliveryState.Sent || facts.Acceptances > 0, "what is sent was accepted by the vendor", facts);
        }
    }

    public Notification? AnyNotification(Random random) =>
        _notifications.Count == 0 ? null : _notifications.Values.ElementAt(random.Next(_notifications.Count));

    /// <summary>
    /// Finds a user's delivery that has not ended; null when there is none. Those that were attempted come first: they may be
    /// leased again at any moment.
    /// </summary>
    public Facts? FindWaiting(Random random)
    {
        var waiting = _facts
            .Values.Where(facts => facts is { State: DeliveryState.Pending, Delivery.UserId: not null })
            .ToArray();
        var attempted = Array.FindAll(waiting, facts => facts.Attempts.Count > 0);
        if (attempted.Length > 0 && random.Next(2) == 0)
            waiting = attempted;
        return waiting.Length == 0 ? null : waiting[random.Next(waiting.Length)];
    }

    public bool HoldsKey(string tenant, string key) => _keys.ContainsKey((tenant, key));

    /// <summary>Records that a leased delivery goes to another address from now on.</summary>
    public void Redirected(Redirection redirection, bool applied)
    {
        var facts = _facts[redirection.DeliveryId];
        Require(
            applied == (facts.Holder is not null && facts.Fence == redirection.Fence),
            "a delivery is redirected under a lease that holds, and only then",
            facts
        );
        if (applied)
            Resync(_notifications[facts.Delivery.NotificationId]);
    }

    private IEnumerable<ObservedAttempt> InFlight(SimulatedProcess process) =>
        _facts.Values.SelectMany(facts => facts.Attempts).Where(attempt => attempt.Process == process && attempt.IsInFlight);

    private void CheckExpansion(Notification notification, ExpansionProgress progress)
    {
        Require(progress is { IsComplete: true, IsDeadLetter: false }, "every topic is expanded");
        if (_cancelled.Contains(notification.Id))
            return;

        var notified = ListDeliveries(notification)
            .Select(record => record.Delivery.UserId)
            .Concat(ListEvents(notification, ofSummary: false).Select(collected => collected.UserId))
            .ToHashSet();
        Require(
            recipients.ListSubscribers(notification.Tenant, _storedIn[notification.Id]).All(notified.Contains),
            "every subscriber of a topic is notified"
        );
    }

    private IReadOnlyList<ExpansionProgress> GetProgress(Notification notification) =>
        expansions.GetProgressAsync(notification.Tenant, notification.Id, CancellationToken.None).Result;

    private IReadOnlyList<DeliveryRecord> ListDeliveries(Notification notification) =>
        store.ListDeliveriesAsync(notification.Tenant, notification.Id, null, 1_000, CancellationToken.None).Result;

    /// <summary>Reads the deliveries of a notification from the store, and checks that no ended one has changed.</summary>
    private void Resync(Notification notification)
    {
        var records = ListDeliveries(notification);
        var known = _facts.Values.Count(facts => facts.Delivery.NotificationId == notification.Id);
        Require(records.Count == known, "no delivery is lost or comes from nowhere");
        foreach (var record in records)
        {
            if (!_facts.TryGetValue(record.Delivery.Id, out var facts))
                continue;

            Require(facts.State == DeliveryState.Pending || facts.State == record.State, $"{facts.State} is an end", facts);
            if (facts.State == DeliveryState.Pending && record.State == DeliveryState.Cancelled)
            {
                Require(
                    facts.Holder is null || facts.HeldUntil <= clock.Now,
                    "nothing is cancelled while a lease of it holds",
                    facts
                );
                facts.Holder = null;
            }

            if (facts.DueAt is { } due && record.DueAt < due)
                facts.NotBefore = record.DueAt.Value;
            (facts.Delivery, facts.State, facts.DueAt) = (record.Delivery, record.State, record.DueAt);
        }
    }
}

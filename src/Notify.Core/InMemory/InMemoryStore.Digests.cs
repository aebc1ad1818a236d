using Notify.Storage;

namespace Notify.Core.InMemory;

/// <content>The digests.</content>
internal sealed partial class InMemoryStore : IDigestStore
{
    private readonly Dictionary<DigestKey, StoredDigest> _digests = [];
    private readonly SortedDictionary<Guid, StoredEvent> _events = [];

    ValueTask<IReadOnlyList<DigestLease>> IDigestStore.LeaseAsync(DueRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var due = _digests
                .Where(digest => digest.Value.DueAt <= request.Now)
                .OrderBy(digest => digest.Value.DueAt)
                .ToLookup(digest => digest.Key.Tenant);
            return new([
                .. request
                    .TakeTurns(due.Select(tenant => tenant.Key))
                    .SelectMany(tenant => due[tenant].Take(request.MaxPerTenant))
                    .Select(digest => digest.Value.Lease(request.Until)),
            ]);
        }
    }

    public ValueTask<bool> CloseAsync(DigestClosing closing, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (FindHeld(closing.Lease) is not { } digest)
                return new(false);

            foreach (var collected in closing.Lease.Events)
                End(_events[collected.Id], closing.State, closing.Summary?.Notification.Id, closing.Reason);
            digest.GiveBack(closing.NextDueAt, failures: 0);
            if (closing.Summary is not null)
                Enqueue(closing.Summary);
            return new(true);
        }
    }

    public ValueTask<bool> FailAsync(DigestLease lease, DateTimeOffset retryAt, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (FindHeld(lease) is not { } digest)
                return new(false);

            digest.GiveBack(retryAt, digest.Failures + 1);
            return new(true);
        }
    }

    public ValueTask<IReadOnlyList<CollectedEvent>> ListAsync(
        string tenant,
        Guid notificationId,
        bool ofSummary,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. _events
                    .Values.Where(stored => (ofSummary ? stored.SummaryId : stored.Event.NotificationId) == notificationId)
                    .Where(stored => stored.Event.Trigger.Tenant == tenant)
                    .Take(limit)
                    .Select(stored => stored.ToRecord()),
            ]);
        }
    }

    private StoredDigest? FindHeld(DigestLease lease) =>
        _digests.TryGetValue(lease.Key, out var digest) && digest.Fence == lease.Fence ? digest : null;

    private void Collect(DigestEvent collected)
    {
        if (!_digests.TryGetValue(collected.Key, out var digest))
            _digests.Add(collected.Key, digest = new StoredDigest { DueAt = collected.DueAt, Fence = collected.FirstFence });
        digest.Waiting.Add(collected.Id, collected);
        _events.Add(collected.Id, new StoredEvent(collected));
    }

    private void End(StoredEvent stored, CollectedState state, Guid? summaryId, string? reason)
    {
        (stored.State, stored.SummaryId, stored.Reason) = (state, summaryId, reason);
        var digest = _digests[stored.Event.Key];
        digest.Waiting.Remove(stored.Event.Id);
        if (digest.Waiting.Count == 0)
            _digests.Remove(stored.Event.Key);
    }

    /// <summary>
    /// Removes the events of a notification from their digests. The digests get a new fence, so a worker that holds one loses its
    /// lease and cannot summarize the events.
    /// </summary>
    private int Uncollect(Guid notificationId)
    {
        StoredEvent[] waiting =
        [
            .. _events.Values.Where(stored =>
                stored.Event.NotificationId == notificationId && stored.State == CollectedState.Waiting
            ),
        ];
        foreach (var stored in waiting)
        {
            _digests[stored.Event.Key].Fence++;
            End(stored, CollectedState.Cancelled, null, NotificationProgress.CancelReason);
        }

        return waiting.Length;
    }

    private sealed class StoredDigest
    {
        private long? _leasedFence;

        public SortedList<Guid, DigestEvent> Waiting { get; } = [];

        /// <summary>Gets whether a worker holds the digest.</summary>
        public bool IsLeased => _leasedFence == Fence;

        public required DateTimeOffset DueAt { get; set; }

        public required long Fence { get; set; }

        public int Failures { get; private set; }

        public DigestLease Lease(DateTimeOffset until)
        {
            DueAt = until;
            _leasedFence = ++Fence;
            return new DigestLease([.. Waiting.Values.Take(DigestLease.MaxEvents)], Failures, Fence);
        }

        public void GiveBack(DateTimeOffset dueAt, int failures) => (DueAt, Failures, Fence) = (dueAt, failures, Fence + 1);
    }

    private sealed class StoredEvent(DigestEvent collected)
    {
        public DigestEvent Event { get; private set; } = collected;

        public CollectedState State { get; set; }

        public Guid? SummaryId { get; set; }

        public string? Reason { get; set; }

        public void Erase()
        {
            Event = Event with { Trigger = Event.Trigger with { Data = null } };
            Reason = Erasure.Reason;
        }

        public CollectedEvent ToRecord() =>
            new()
            {
                Id = Event.Id,
                NotificationId = Event.NotificationId,
                DigestId = Event.Key.ToId(),
                UserId = Event.UserId,
                State = State,
                SummaryId = SummaryId,
                Reason = Reason,
            };
    }
}

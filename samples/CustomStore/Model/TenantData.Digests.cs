namespace Notify.Storage.Files.Model;

/// <summary>This part: how events enter digests and leave them.</summary>
internal sealed partial class TenantData
{
    /// <summary>Adds an event to its digest, and opens the digest with the first one.</summary>
    public void Collect(DigestEvent collected)
    {
        var id = collected.Key.ToId();
        Digests.TryAdd(id, new StoredDigest { DueAt = collected.DueAt, Fence = collected.FirstFence });
        Events.Add(collected.Id, new StoredEvent { Event = collected, DigestId = id });
    }

    /// <summary>Leases a digest with its oldest waiting events.</summary>
    public DigestLease Lease(Guid digestId, DateTimeOffset until)
    {
        var digest = Digests[digestId];
        digest.DueAt = until;
        digest.Fence++;
        DigestEvent[] waiting = [.. GetWaiting(digestId).Select(stored => stored.Event).Take(DigestLease.MaxEvents)];
        return new DigestLease(waiting, digest.Failures, digest.Fence);
    }

    /// <summary>Ends the events of a lease and stores their summary. False when the lease was lost.</summary>
    public bool Close(DigestClosing closing)
    {
        if (FindLeased(closing.Lease) is not { } digest)
            return false;

        foreach (var collected in closing.Lease.Events)
            Events[collected.Id].End(closing.State, closing.Summary?.Notification.Id, closing.Reason);
        digest.Release(closing.NextDueAt, failures: 0);
        RemoveIfEmpty(closing.Lease.Key.ToId());
        if (closing.Summary is { } summary)
            Enqueue(summary);
        return true;
    }

    /// <summary>Finds the digest that a lease still holds.</summary>
    public StoredDigest? FindLeased(DigestLease lease) =>
        Digests.TryGetValue(lease.Key.ToId(), out var digest) && digest.Fence == lease.Fence ? digest : null;

    /// <summary>Removes events from their digests. The new fence invalidates a lease, whose summary would include them.</summary>
    public void CancelEvents(IEnumerable<StoredEvent> events, string reason)
    {
        foreach (var stored in events)
        {
            Digests[stored.DigestId].Fence++;
            stored.End(CollectedState.Cancelled, summaryId: null, reason);
            RemoveIfEmpty(stored.DigestId);
        }
    }

    private IEnumerable<StoredEvent> GetWaiting(Guid digestId) =>
        Events.Values.Where(stored => stored.DigestId == digestId && stored.State == CollectedState.Waiting);

    private void RemoveIfEmpty(Guid digestId)
    {
        if (!GetWaiting(digestId).Any())
            Digests.Remove(digestId);
    }
}

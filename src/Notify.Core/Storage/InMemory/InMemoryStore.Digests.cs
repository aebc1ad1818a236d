using Notify.Planning;
using Notify.Queueing;

namespace Notify.Storage.InMemory;

/// <summary>This part collects digests.</summary>
internal sealed partial class InMemoryStore : IDigestStore
{
    private const int MostEvents = 1_000;

    private readonly Dictionary<(string Tenant, string Recipient, string Template), StoredDigest> _digests = [];

    ValueTask<IReadOnlyList<DigestLease>> IDigestStore.LeaseAsync(
        string owner,
        DateTimeOffset now,
        DateTimeOffset until,
        int max,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            var leases = new List<DigestLease>();
            foreach (var digest in _digests.Values.Where(digest => digest.DueAt <= now).Take(max))
            {
                digest.DueAt = until;
                var first = digest.Events.Values[0];
                leases.Add(
                    new DigestLease(
                        first.Trigger.Tenant,
                        first.Recipient,
                        first.Trigger.Template!,
                        [.. digest.Events.Values.Take(MostEvents)],
                        ++digest.Fence
                    )
                );
            }

            return new((IReadOnlyList<DigestLease>)leases);
        }
    }

    public ValueTask<bool> CloseAsync(
        DigestLease lease,
        EnqueueRequest? request,
        DateTimeOffset nextDueAt,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            var key = (lease.Tenant, lease.Recipient.Key, lease.Template);
            if (!_digests.TryGetValue(key, out var digest) || digest.Fence != lease.Fence)
                return new(false);

            foreach (var collected in lease.Events)
                digest.Events.Remove(collected.Id);
            digest.DueAt = nextDueAt;
            if (digest.Events.Count == 0)
                _digests.Remove(key);
            if (request is not null)
                Enqueue(request);
            return new(true);
        }
    }

    private void Collect(DigestEvent collected)
    {
        var key = (collected.Trigger.Tenant, collected.Recipient.Key, collected.Trigger.Template!);
        if (!_digests.TryGetValue(key, out var digest))
            _digests.Add(key, digest = new StoredDigest { DueAt = collected.DueAt, Fence = collected.FirstFence });
        digest.Events.Add(collected.Id, collected);
    }

    private sealed class StoredDigest
    {
        public SortedList<Guid, DigestEvent> Events { get; } = [];

        public required DateTimeOffset DueAt { get; set; }

        public required long Fence { get; set; }
    }
}

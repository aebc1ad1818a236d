using Notify.Storage;

namespace Notify.Core.InMemory;

/// <content>The expansions of topics.</content>
internal sealed partial class InMemoryStore : IExpansionStore
{
    private readonly List<StoredExpansion> _expansions = [];

    ValueTask<IReadOnlyList<ExpansionLease>> IExpansionStore.LeaseAsync(DueRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var due = _expansions
                .Where(expansion => expansion.DueAt <= request.Now)
                .OrderBy(expansion => expansion.DueAt)
                .ToLookup(expansion => expansion.Tenant);
            return new([
                .. request
                    .TakeTurns(due.Select(tenant => tenant.Key))
                    .SelectMany(tenant => due[tenant].Take(request.MaxPerTenant))
                    .Select(expansion => expansion.Lease(request.Until)),
            ]);
        }
    }

    public ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_expansions.Find(expansion => expansion.IsHeldBy(step.Lease)) is not { } expansion)
                return new(false);

            expansion.Advance(step);
            foreach (var queued in step.Deliveries)
                Add(queued, step.At);
            foreach (var collected in step.Digests)
                Collect(collected);
            return new(true);
        }
    }

    public ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_expansions.Find(expansion => expansion.IsHeldBy(failure.Lease)) is not { } expansion)
                return new(false);

            expansion.Fail(failure);
            return new(true);
        }
    }

    public ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new(
                _byNotification[notificationId]
                    .Select(stored => stored.AddressKey)
                    .OfType<Guid>()
                    .Intersect(addressKeys)
                    .ToHashSet()
            );
        }
    }

    public ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return new([
                .. _expansions
                    .Where(expansion => expansion.NotificationId == notificationId && expansion.Tenant == tenant)
                    .Select(expansion => expansion.GetProgress()),
            ]);
        }
    }
}

using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Queue;

/// <summary>
/// A delivery whose attempt runs in this process, with the newest lease that this process holds of it.
/// </summary>
/// <remarks>
/// A lease can end while the attempt still runs, and this process may then lease the same delivery again. The attempt must not be
/// repeated, so the run continues under the newer lease (<see cref="TryRenew"/>) and settles under it (<see cref="UseLease"/>). A
/// renewal that arrives after the settlement was written is different: the settlement made the delivery due again, so the renewal
/// stands for a new attempt. <see cref="End"/> distinguishes the two by the fence that the settlement used.
/// </remarks>
internal sealed class InFlight(Lease lease) : IAttemptLease
{
    private readonly Lock _lock = new();
    private Lease _lease = lease;
    private Lease? _renewal;
    private long _usedFence = lease.Fence;
    private bool _hasEnded;

    /// <summary>Gets or sets the task of the run.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>Gets the newest lease.</summary>
    public Lease Lease
    {
        get
        {
            lock (_lock)
                return _lease;
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset Until => Lease.Until;

    /// <summary>
    /// Gets the newest lease to settle under. A lease that arrives later, and that is never asked for here, was made after the
    /// settlement.
    /// </summary>
    public Lease UseLease()
    {
        lock (_lock)
        {
            _usedFence = _lease.Fence;
            return _lease;
        }
    }

    /// <summary>
    /// Continues under a lease if it is newer than the current one. Returns false if the run has ended and the lease needs a new
    /// one.
    /// </summary>
    /// <param name="newer">The lease, which holds a slot like the run itself.</param>
    /// <param name="outdated">
    /// The lease whose slot must be released: <paramref name="newer"/> if it is older, or the renewal that it replaces. Null for
    /// the first renewal, which keeps its slot until the run ends.
    /// </param>
    public bool TryRenew(Lease newer, out Lease? outdated)
    {
        lock (_lock)
        {
            outdated = null;
            if (_hasEnded)
                return false;

            if (newer.Fence <= _lease.Fence)
                outdated = newer;
            else
                (outdated, _renewal, _lease) = (_renewal, newer, newer);
            return true;
        }
    }

    /// <summary>Records the new end of a lease that was renewed in the store, unless a newer lease has replaced it.</summary>
    /// <param name="renewed">The lease.</param>
    /// <param name="until">Its new end.</param>
    public void Extend(Lease renewed, DateTimeOffset until)
    {
        lock (_lock)
        {
            if (_lease.Fence == renewed.Fence)
                _lease = _lease with { Until = until };
        }
    }

    /// <summary>
    /// Ends the run. Returns the renewal, whose slot the caller must use or release, and whether it came too late to be settled
    /// under; null if there was none.
    /// </summary>
    public (Lease? Renewal, bool IsUnused) End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            return (_renewal, _renewal?.Fence > _usedFence);
        }
    }
}

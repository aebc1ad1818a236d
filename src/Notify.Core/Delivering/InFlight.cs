using Notify.Queueing;

namespace Notify.Delivering;

/// <summary>A delivery under way, with the latest lease this process has of it.</summary>
internal sealed class InFlight(Lease lease)
{
    private readonly Lock _lock = new();
    private Lease _lease = lease;
    private long _usedFence = lease.Fence;
    private bool _hasEnded;

    public Task Running { get; set; } = Task.CompletedTask;

    public Lease Lease
    {
        get
        {
            lock (_lock)
                return _lease;
        }
    }

    /// <summary>The lease to settle under. One that comes later, and is not asked for, was made after the settlement.</summary>
    public Lease UseLease()
    {
        lock (_lock)
        {
            _usedFence = _lease.Fence;
            return _lease;
        }
    }

    /// <summary>
    /// Goes on under this lease if it is the newer one; false when the run has ended, and the lease needs one of its own.
    /// </summary>
    public bool TryRenew(Lease newer)
    {
        lock (_lock)
        {
            if (!_hasEnded && newer.Fence > _lease.Fence)
                _lease = newer;
            return !_hasEnded;
        }
    }

    /// <summary>Ends the run, and gives the lease that came too late for it, if one did.</summary>
    public Lease? End()
    {
        lock (_lock)
        {
            _hasEnded = true;
            return _lease.Fence > _usedFence ? _lease : null;
        }
    }
}

using Notify.Storage;

namespace Notify.Core.Queue;

/// <summary>A delivery under way, with the latest lease this process has of it.</summary>
internal sealed class InFlight(Lease lease)
{
    private readonly Lock _lock = new();
    private Lease _lease = lease;
    private Lease? _renewal;
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
    /// Goes on under this lease if it is the newer one, and keeps its slot; false when the run has ended, and the lease needs one
    /// of its own.
    /// </summary>
    /// <param name="newer">The lease.</param>
    /// <param name="outdated">The one of the two whose slot nobody needs; null when both are needed.</param>
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

    /// <summary>Moves the end of a lease that was renewed, unless a newer one has taken its place.</summary>
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
    /// Ends the run, and gives the lease that came meanwhile, if one did, and whether it came too late to be used.
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

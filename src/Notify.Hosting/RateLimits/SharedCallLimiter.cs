using System.Threading.RateLimiting;
using Notify.Storage;

namespace Notify.Hosting.RateLimits;

/// <summary>
/// Limits the calls of one caller in all processes together. It takes permits in small batches, so that few calls wait for the
/// shared count, and forgets those that it has not used within a second: by then the shared count has as many new ones.
/// </summary>
internal sealed class SharedCallLimiter(ISharedRateLimits shared, string limit, double perSecond, TimeProvider time) : RateLimiter
{
    private const int MaxBatch = 1_000;

    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(1);

    private readonly int _batch = (int)Math.Clamp(perSecond / 20, 1, MaxBatch);
    private readonly Lock _lock = new();
    private Task<int>? _taking;
    private int _held;
    private int _left;
    private long _takenAt;
    private long _usedAt = time.GetTimestamp();

    /// <summary>Gets how long no call was made, after which the limiter is dropped.</summary>
    public override TimeSpan? IdleDuration
    {
        get
        {
            lock (_lock)
                return time.GetElapsedTime(_usedAt);
        }
    }

    public override RateLimiterStatistics GetStatistics()
    {
        lock (_lock)
            return new RateLimiterStatistics { CurrentAvailablePermits = _held + _left };
    }

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => TryUse() ? Lease.Acquired : Lease.Refuse(perSecond);

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        while (!TryUse())
        {
            // Concurrent calls share one request. It is not cancelled with the call that happened to begin it.
            Task<int> taking;
            lock (_lock)
                taking = _taking ??= Task.Run(TakeAsync, CancellationToken.None);
            if (await taking.WaitAsync(cancellationToken).ConfigureAwait(false) == 0)
                return Lease.Refuse(perSecond);
        }

        return Lease.Acquired;
    }

    private bool TryUse()
    {
        lock (_lock)
        {
            _usedAt = time.GetTimestamp();
            if (time.GetElapsedTime(_takenAt, _usedAt) > HoldTime)
                _held = 0;
            if (_held == 0)
                return false;
            _held--;
            return true;
        }
    }

    private async Task<int> TakeAsync()
    {
        try
        {
            var taken = await shared.TakeAsync(limit, perSecond, _batch, CancellationToken.None).ConfigureAwait(false);
            lock (_lock)
            {
                _held += taken.Taken;
                _left = taken.Left;
                _takenAt = time.GetTimestamp();
            }

            return taken.Taken;
        }
        finally
        {
            lock (_lock)
                _taking = null;
        }
    }

    private sealed class Lease(bool isAcquired, TimeSpan? wait) : RateLimitLease
    {
        public static Lease Acquired { get; } = new(true, null);

        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => wait is null ? [] : [MetadataName.RetryAfter.Name];

        public static Lease Refuse(double perSecond) => new(false, TimeSpan.FromSeconds(1 / perSecond));

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? wait : null;
            return metadata is not null;
        }
    }
}

using System.Threading.RateLimiting;

namespace Notify.Core.Capacity;

/// <summary>
/// A token bucket whose rate adapts to the vendor: a throttled attempt halves it, and each sent message raises it by 1 % until
/// the configured rate is reached again. Callers never wait; a delivery without a permit stays in the store. If processes share
/// the configured rate, a permit takes both a token of this bucket and a shared permit.
/// </summary>
internal sealed class AdaptiveRateLimiter(double? maxPerSecond, TimeProvider time, SharedPermits? shared = null) : RateLimiter
{
    private const double RaiseBy = 1.01;
    private const double LowerTo = 0.5;
    private const double SlowestPerSecond = 0.1;

    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly double _limit = maxPerSecond ?? double.PositiveInfinity;
    private double _rate = maxPerSecond ?? double.PositiveInfinity;
    private double _tokens = Math.Max(1, maxPerSecond ?? double.PositiveInfinity);

    /// <summary>The rate at which a limiter without a configured rate stops limiting.</summary>
    private double _liftAt;

    private long _refilledAt = time.GetTimestamp();
    private long _granted;
    private long _grantedInLastWindow;
    private long _windowStartedAt = time.GetTimestamp();

    public override TimeSpan? IdleDuration => null;

    /// <summary>Gets the number of available permits; <see cref="int.MaxValue"/> without a limit.</summary>
    public int AvailablePermits
    {
        get
        {
            lock (_lock)
            {
                var tokens = CountTokens();
                return shared is null || tokens == 0 ? tokens : Math.Min(tokens, shared.CountHeld());
            }
        }
    }

    /// <summary>
    /// Takes every available permit for a lease request, which reports to <see cref="GiveBack"/> how many it used;
    /// <see cref="int.MaxValue"/> without a limit.
    /// </summary>
    public int TakeAll()
    {
        lock (_lock)
        {
            var permits = CountTokens();
            if (shared is not null && permits > 0)
                permits = shared.Take(permits);
            _tokens -= permits;
            return permits;
        }
    }

    /// <summary>Gives back permits that were not used, and counts those from <see cref="TakeAll"/> that were.</summary>
    public void GiveBack(int unused, int used = 0)
    {
        lock (_lock)
        {
            _granted += used;
            _tokens = Math.Min(Math.Max(1, _rate * Burst.TotalSeconds), _tokens + unused);
            shared?.GiveBack(unused, used);
        }
    }

    /// <summary>Raises the rate after a message was sent, if it is below the configured one.</summary>
    public void RaiseRate()
    {
        lock (_lock)
        {
            if (_rate >= _limit)
                return;

            Refill();
            _rate = Math.Min(_limit, _rate * RaiseBy);
            if (double.IsPositiveInfinity(_limit) && _rate >= _liftAt)
                _rate = _tokens = double.PositiveInfinity;
        }
    }

    /// <summary>Halves the rate after the vendor throttled an attempt, and discards the tokens of the faster rate.</summary>
    public void LowerRate()
    {
        lock (_lock)
        {
            Refill();
            if (double.IsPositiveInfinity(_rate))
            {
                // No rate is configured. The vendor's limit is somewhere below the rate of the last one or two seconds, so start
                // from that. The limiter stops limiting again once its rate has grown to four times as much.
                _rate = Math.Max(1, Math.Max(_granted, _grantedInLastWindow) / Burst.TotalSeconds);
                _liftAt = _rate * 4;
                _refilledAt = time.GetTimestamp();
            }

            _rate = Math.Max(SlowestPerSecond, _rate * LowerTo);
            _tokens = Math.Min(_tokens, 0);
        }
    }

    public override RateLimiterStatistics? GetStatistics() => new() { CurrentAvailablePermits = AvailablePermits };

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_lock)
        {
            Refill();
            if (_tokens < permitCount || shared?.TryTake(permitCount) == false)
                return PermitLease.Refused;
            Grant(permitCount);
            return PermitLease.Granted;
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        new(AttemptAcquireCore(permitCount));

    private int CountTokens()
    {
        Refill();
        return (int)Math.Clamp(_tokens, 0, int.MaxValue);
    }

    private void Grant(int permits)
    {
        _tokens -= permits;
        _granted += permits;
    }

    // Called under the lock. Adds the tokens of the time since the last call, and begins a new window for counting permits.
    private void Refill()
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(_windowStartedAt, now) >= Burst)
            (_grantedInLastWindow, _granted, _windowStartedAt) = (_granted, 0, now);
        if (double.IsPositiveInfinity(_rate))
            return;

        _tokens = Math.Min(
            Math.Max(1, _rate * Burst.TotalSeconds),
            _tokens + (_rate * time.GetElapsedTime(_refilledAt, now).TotalSeconds)
        );
        _refilledAt = now;
    }

    private sealed class PermitLease(bool isAcquired) : RateLimitLease
    {
        public static readonly PermitLease Granted = new(true);
        public static readonly PermitLease Refused = new(false);

        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}

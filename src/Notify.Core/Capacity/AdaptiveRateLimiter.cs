using System.Threading.RateLimiting;

namespace Notify.Core.Capacity;

/// <summary>
/// A token bucket whose rate gives way to the vendor: a throttled attempt halves it, every acceptance raises it by 1 % until the
/// configured rate is reached again. It never makes a caller wait: what gets no permit stays in the store. Where processes share
/// the configured rate, a permit needs both: a token of this bucket, and a permit of all.
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
    private double _unlimitedAgainAt;
    private long _refilledAt = time.GetTimestamp();
    private long _granted;
    private long _grantedBefore;
    private long _windowStartedAt = time.GetTimestamp();

    public override TimeSpan? IdleDuration => null;

    /// <summary>The permits there are; <see cref="int.MaxValue"/> where there is no limit.</summary>
    public int Permits
    {
        get
        {
            lock (_lock)
            {
                var tokens = Tokens();
                return shared is null || tokens == 0 ? tokens : Math.Min(tokens, shared.Look());
            }
        }
    }

    /// <summary>Takes every permit there is; <see cref="int.MaxValue"/> where there is no limit.</summary>
    public int TakeAll()
    {
        lock (_lock)
        {
            var permits = Tokens();
            if (shared is not null && permits > 0)
                permits = shared.Take(permits);
            _tokens -= permits;
            return permits;
        }
    }

    /// <summary>Says how many of the permits taken by <see cref="TakeAll"/> were used, and gives the rest back.</summary>
    public void GiveBack(int unused, int used = 0)
    {
        lock (_lock)
        {
            _granted += used;
            _tokens = Math.Min(Math.Max(1, _rate * Burst.TotalSeconds), _tokens + unused);
            shared?.GiveBack(unused, used);
        }
    }

    public void Accepted()
    {
        lock (_lock)
        {
            if (_rate >= _limit)
                return;

            Refill();
            _rate = Math.Min(_limit, _rate * RaiseBy);
            if (double.IsPositiveInfinity(_limit) && _rate >= _unlimitedAgainAt)
                _rate = _tokens = double.PositiveInfinity;
        }
    }

    public void Throttled()
    {
        lock (_lock)
        {
            Refill();
            if (double.IsPositiveInfinity(_rate))
            {
                // Nobody set a rate, so the vendor's is somewhere below what was just sent.
                _rate = Math.Max(1, Math.Max(_granted, _grantedBefore) / Burst.TotalSeconds);
                _unlimitedAgainAt = _rate * 4;
                _refilledAt = time.GetTimestamp();
            }

            _rate = Math.Max(SlowestPerSecond, _rate * LowerTo);
            _tokens = Math.Min(_tokens, 0);
        }
    }

    public override RateLimiterStatistics? GetStatistics() => new() { CurrentAvailablePermits = Permits };

    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (_lock)
        {
            Refill();
            if (_tokens < permitCount || shared?.TryUse(permitCount) == false)
                return Answer.Refused;
            Grant(permitCount);
            return Answer.Granted;
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        new(AttemptAcquireCore(permitCount));

    private int Tokens()
    {
        Refill();
        return (int)Math.Clamp(_tokens, 0, int.MaxValue);
    }

    private void Grant(int permits)
    {
        _tokens -= permits;
        _granted += permits;
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(_windowStartedAt, now) >= Burst)
            (_grantedBefore, _granted, _windowStartedAt) = (_granted, 0, now);
        if (double.IsPositiveInfinity(_rate))
            return;

        _tokens = Math.Min(
            Math.Max(1, _rate * Burst.TotalSeconds),
            _tokens + (_rate * time.GetElapsedTime(_refilledAt, now).TotalSeconds)
        );
        _refilledAt = now;
    }

    private sealed class Answer(bool isAcquired) : RateLimitLease
    {
        public static readonly Answer Granted = new(true);
        public static readonly Answer Refused = new(false);

        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}

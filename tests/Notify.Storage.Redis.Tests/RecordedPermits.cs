using System.Diagnostics;

namespace Notify.Storage.Redis.Tests;

/// <summary>The shared rate limits of one application, which records when permits are taken, given back and used.</summary>
internal sealed class RecordedPermits(ISharedRateLimits inner) : ISharedRateLimits
{
    private readonly Lock _lock = new();
    private readonly List<PermitRecord> _records = [];
    private int _held;
    private int _leastHeld;
    private int _used;

    public int Used
    {
        get
        {
            lock (_lock)
                return _used;
        }
    }

    /// <summary>Gets the lowest number of permits that were held at any time; negative if one was used but not taken.</summary>
    public int LeastHeld
    {
        get
        {
            lock (_lock)
                return _leastHeld;
        }
    }

    public IReadOnlyList<PermitRecord> GetRecords()
    {
        lock (_lock)
            return [.. _records];
    }

    public async ValueTask<TakenPermits> TakeAsync(
        string limit,
        double perSecond,
        int wanted,
        CancellationToken cancellationToken
    )
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await inner.TakeAsync(limit, perSecond, wanted, cancellationToken);
        lock (_lock)
        {
            _held += answer.Taken;
            _records.Add(new PermitRecord(started, Stopwatch.GetTimestamp(), answer.Taken));
        }

        return answer;
    }

    public async ValueTask GiveBackAsync(string limit, double perSecond, int unused, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        lock (_lock)
            Remove(unused);
        await inner.GiveBackAsync(limit, perSecond, unused, cancellationToken);
        lock (_lock)
            _records.Add(new PermitRecord(started, Stopwatch.GetTimestamp(), -unused));
    }

    /// <summary>Records that a message was sent.</summary>
    public void Use()
    {
        lock (_lock)
        {
            Remove(1);
            _used++;
        }
    }

    private void Remove(int permits)
    {
        _held -= permits;
        _leastHeld = Math.Min(_leastHeld, _held);
    }
}

/// <summary>Permits that were taken, or given back if negative, at some moment between two timestamps.</summary>
internal readonly record struct PermitRecord(long Started, long Ended, int Permits);

using Microsoft.Extensions.Logging;
using Notify.Core.Queue;
using Notify.Storage;

namespace Notify.Core.Capacity;

/// <summary>
/// The permits that this process holds of a rate shared by all processes. Permits are requested in batches before they are
/// needed, and callers never wait for a request: they see no permits now, and the worker is signalled when some have arrived.
/// </summary>
/// <remarks>
/// <para>
/// At most one request is in flight (<c>_isRequesting</c>). It asks for a whole batch if permits have been used since the last
/// request (<c>_isNeeded</c>), and for a single permit otherwise, so that a process with nothing to send takes almost nothing
/// from the others.
/// </para>
/// <para>
/// The pause before the next request depends on the last answer. After fewer permits than requested (<c>_wasShort</c>) it is
/// <see cref="BatchTime"/>, in which the rate produces a new batch. If permits are needed there is no pause. Otherwise it is half
/// the poll interval, so that each poll of the queue may request one permit.
/// </para>
/// <para>
/// When permits arrive, a return is scheduled (<c>_isReturnScheduled</c>). After <see cref="BatchTime"/> it gives back every
/// permit that is unused then, so that a process that became idle does not withhold permits from the others.
/// </para>
/// </remarks>
internal sealed class SharedPermits(
    ISharedRateLimits shared,
    string limit,
    double perSecond,
    TimeSpan pollInterval,
    WorkSignal signal,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>The time in which the rate produces one batch. An empty limit is rarely worth asking again sooner.</summary>
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(100);

    private readonly int _batchSize = (int)Math.Max(1, perSecond * BatchTime.TotalSeconds);
    private readonly Lock _lock = new();
    private int _held;
    private long? _requestedAt;
    private bool _isRequesting;
    private bool _isReturnScheduled;
    private bool _isNeeded;
    private bool _wasShort;

    /// <summary>Counts the permits that are held. If there are none, requests some.</summary>
    public int CountHeld()
    {
        lock (_lock)
        {
            RequestWhenEmpty();
            return _held;
        }
    }

    /// <summary>
    /// Takes up to <paramref name="most"/> permits for a lease request. <see cref="GiveBack"/> reports how many were used.
    /// </summary>
    public int Take(int most)
    {
        lock (_lock)
        {
            RequestWhenEmpty();
            var taken = Math.Min(_held, most);
            _held -= taken;
            return taken;
        }
    }

    /// <summary>Takes permits for deliveries that are ready to be sent; takes none if there are too few.</summary>
    public bool TryTake(int permits)
    {
        lock (_lock)
        {
            _isNeeded = true;
            var isEnough = _held >= permits;
            if (isEnough)
                _held -= permits;
            RequestWhenEmpty();
            return isEnough;
        }
    }

    /// <summary>Gives back permits from <see cref="Take"/> that were not used, and reports how many were.</summary>
    public void GiveBack(int unused, int used)
    {
        lock (_lock)
        {
            _isNeeded |= used > 0;
            Add(unused);
            RequestWhenEmpty();
        }
    }

    // Called under the lock. Only a use of permits causes the next request at once. A lease request that found nothing to send is
    // followed by the next poll; half an interval leaves a margin for timers that fire early.
    private void RequestWhenEmpty()
    {
        var pause =
            _wasShort ? BatchTime
            : _isNeeded ? TimeSpan.Zero
            : pollInterval / 2;
        if (_held > 0 || _isRequesting || (_requestedAt is { } before && time.GetElapsedTime(before) < pause))
            return;

        _isRequesting = true;
        _requestedAt = time.GetTimestamp();
        _ = RequestAsync(_isNeeded ? _batchSize : 1);
        _isNeeded = false;
    }

    private async Task RequestAsync(int wanted)
    {
        // The caller holds this lock and often others, so the request must not run on its stack.
        await Task.Yield();
        var granted = 0;
        try
        {
            granted = await shared.TakeAsync(limit, perSecond, wanted, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.SharedRateFailed(logger, exception);
        }

        lock (_lock)
        {
            _isRequesting = false;
            _wasShort = granted < wanted;
            // A batch that was granted only in part leaves a need; a single permit was requested without one.
            _isNeeded |= _wasShort && wanted > 1;
            Add(granted);
        }

        if (granted > 0)
            signal.Set();
    }

    // Called under the lock.
    private void Add(int permits)
    {
        _held += permits;
        if (permits == 0 || _isReturnScheduled)
            return;

        _isReturnScheduled = true;
        _ = ReturnUnusedAsync();
    }

    private async Task ReturnUnusedAsync()
    {
        await Task.Delay(BatchTime, time).ConfigureAwait(false);
        int unused;
        lock (_lock)
        {
            _isReturnScheduled = false;
            (unused, _held) = (_held, 0);
        }

        try
        {
            if (unused > 0)
                await shared.GiveBackAsync(limit, perSecond, unused, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.SharedRateFailed(logger, exception);
        }
    }
}

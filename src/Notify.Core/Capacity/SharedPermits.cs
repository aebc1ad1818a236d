using Microsoft.Extensions.Logging;
using Notify.Core.Queue;
using Notify.Storage;

namespace Notify.Core.Capacity;

/// <summary>
/// The permits that this process holds of a rate which all processes share. They are taken ahead of their use, one request at a
/// time, and workers look again when some have come; so nobody waits here. What nobody needs goes back after a moment.
/// </summary>
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
    // As long as the rate takes to make a batch: when the count is empty, to ask sooner is mostly in vain.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly int _batch = (int)Math.Max(1, perSecond * Moment.TotalSeconds);
    private readonly Lock _lock = new();
    private int _held;
    private long? _askedAt;
    private bool _isAsking;
    private bool _isReturning;
    private bool _isWanted;
    private bool _isShort;

    /// <summary>How many there are. Where there are none, some are asked for.</summary>
    public int Look()
    {
        lock (_lock)
        {
            AskWhenEmpty();
            return _held;
        }
    }

    /// <summary>Takes what there is for a look into the queue; <see cref="GiveBack"/> says what became of it.</summary>
    public int Take(int most)
    {
        lock (_lock)
        {
            AskWhenEmpty();
            var taken = Math.Min(_held, most);
            _held -= taken;
            return taken;
        }
    }

    /// <summary>Takes permits for deliveries that are at hand.</summary>
    public bool TryUse(int permits)
    {
        lock (_lock)
        {
            _isWanted = true;
            var isEnough = _held >= permits;
            if (isEnough)
                _held -= permits;
            AskWhenEmpty();
            return isEnough;
        }
    }

    public void GiveBack(int unused, int used)
    {
        lock (_lock)
        {
            _isWanted |= used > 0;
            Hold(unused);
            AskWhenEmpty();
        }
    }

    // Only a use calls for more at once. A look that found nothing to send is the last one until the next poll, whose time is not
    // exact.
    private void AskWhenEmpty()
    {
        var pause =
            _isShort ? Moment
            : _isWanted ? TimeSpan.Zero
            : pollInterval / 2;
        if (_held > 0 || _isAsking || (_askedAt is { } before && time.GetElapsedTime(before) < pause))
            return;

        _isAsking = true;
        _askedAt = time.GetTimestamp();
        _ = AskAsync(_isWanted ? _batch : 1);
        _isWanted = false;
    }

    private async Task AskAsync(int wanted)
    {
        // Whoever looks holds locks, and is not to send the request itself.
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
            _isAsking = false;
            _isShort = granted < wanted;
            _isWanted |= _isShort && wanted > 1;
            Hold(granted);
        }

        if (granted > 0)
            signal.Set();
    }

    private void Hold(int permits)
    {
        _held += permits;
        if (permits == 0 || _isReturning)
            return;

        _isReturning = true;
        _ = ReturnAsync();
    }

    private async Task ReturnAsync()
    {
        await Task.Delay(Moment, time).ConfigureAwait(false);
        int unused;
        lock (_lock)
        {
            _isReturning = false;
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

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
/// Two things happen beside the callers, and both are asynchronous. A request for permits starts when a caller finds none;
/// <see cref="Request"/> describes which request comes next and guarantees that only one is in flight. When permits arrive, their
/// return is scheduled: after <see cref="BatchTime"/>, the process gives back every permit that it has not used by then, so that
/// a process that became idle does not withhold permits from the others.
/// </para>
/// <para>
/// One lock guards the fields. It is held only for arithmetic and never across a call to the shared limit, because callers hold
/// the lock of their rate limiter while they wait for this one.
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
    private Request _request;
    private bool _isReturnScheduled;

    /// <summary>
    /// The next request, or the one that is in flight. Its size depends on whether permits have been used since the last request
    /// began: a process that sends asks for a batch, and one that only polls the queue asks for a single permit, so that it takes
    /// almost nothing from the others. Its earliest time depends on the last answer: after fewer permits than requested, the rate
    /// needs <see cref="BatchTime"/> to produce more.
    /// </summary>
    private enum Request
    {
        /// <summary>
        /// Next, one permit for a poll of the queue that may find nothing. It waits half a poll interval, so that each poll may
        /// make one request even if its timer fires early.
        /// </summary>
        One,

        /// <summary>Next, one permit after <see cref="BatchTime"/>, because the limit had none.</summary>
        OneLater,

        /// <summary>Next, a batch, at once.</summary>
        Batch,

        /// <summary>Next, a batch after <see cref="BatchTime"/>, because the limit had fewer permits than requested.</summary>
        BatchLater,

        /// <summary>A request is in flight, and no permit has been used since it began.</summary>
        InFlight,

        /// <summary>A request is in flight, and permits have been used since it began, so a batch follows.</summary>
        InFlightThenBatch,
    }

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

    /// <summary>Takes a permit for one delivery that is ready to be sent.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            RecordUse();
            var isTaken = _held > 0;
            if (isTaken)
                _held--;
            RequestWhenEmpty();
            return isTaken;
        }
    }

    /// <summary>Gives back permits from <see cref="Take"/> that were not used, and reports how many were.</summary>
    public void GiveBack(int unused, int used)
    {
        lock (_lock)
        {
            if (used > 0)
                RecordUse();
            Add(unused);
            RequestWhenEmpty();
        }
    }

    // Called under the lock. Permits were used, or would have been had there been any, so the next request is for a batch.
    private void RecordUse() =>
        _request = _request switch
        {
            Request.One => Request.Batch,
            Request.OneLater => Request.BatchLater,
            Request.InFlight => Request.InFlightThenBatch,
            var unchanged => unchanged,
        };

    // Called under the lock. Begins the next request, if no permit is held and the request's time has come.
    private void RequestWhenEmpty()
    {
        if (_held > 0 || _request is Request.InFlight or Request.InFlightThenBatch)
            return;

        var (wanted, pause) = _request switch
        {
            Request.Batch => (_batchSize, TimeSpan.Zero),
            Request.BatchLater => (_batchSize, BatchTime),
            Request.OneLater => (1, BatchTime),
            _ => (1, pollInterval / 2),
        };
        if (_requestedAt is { } before && time.GetElapsedTime(before) < pause)
            return;

        _request = Request.InFlight;
        _requestedAt = time.GetTimestamp();
        _ = RequestAsync(wanted);
    }

    private async Task RequestAsync(int wanted)
    {
        // The caller holds this lock and often others, so the request must not run on its stack.
        await Task.Yield();
        var granted = 0;
        try
        {
            granted = (await shared.TakeAsync(limit, perSecond, wanted, CancellationToken.None).ConfigureAwait(false)).Taken;
        }
        catch (Exception exception)
        {
            Log.SharedRateFailed(logger, exception);
        }

        lock (_lock)
        {
            // The rest of a batch is still needed; a single permit was requested without a need.
            var isShort = granted < wanted;
            var needsBatch = _request == Request.InFlightThenBatch || (isShort && wanted > 1);
            _request = (needsBatch, isShort) switch
            {
                (true, true) => Request.BatchLater,
                (true, false) => Request.Batch,
                (false, true) => Request.OneLater,
                (false, false) => Request.One,
            };
            Add(granted);
        }

        if (granted > 0)
            signal.Set();
    }

    // Called under the lock. Adds permits that were granted or given back, and schedules their return.
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

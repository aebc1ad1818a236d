using Notify.Delivering;

namespace Notify.Providers.Smtp.Wire;

/// <summary>What a pool asks of a connection. Disposing it gives it back.</summary>
internal interface IPooledConnection : IDisposable
{
    /// <summary>Whether another message can follow.</summary>
    bool IsUsable { get; }

    /// <summary>Ends the conversation in good order where it can, and closes the connection in any case.</summary>
    void Close();
}

/// <summary>
/// The connections to one mail server: never more than the options allow, kept between messages, closed when idle. The most
/// recently used one is taken first, so that those which a quiet time does not need can grow idle.
/// </summary>
internal sealed class ConnectionPool<TConnection> : IDisposable
    where TConnection : class, IPooledConnection
{
    private readonly TimeSpan _idleTimeout;
    private readonly TimeProvider _time;
    private readonly Func<Action<TConnection>, CancellationToken, ValueTask<TConnection>> _open;
    private readonly Action<Exception> _closingFailed;
    private readonly Lock _lock = new();
    private readonly LinkedList<(TConnection Connection, long Since)> _idle = [];
    private readonly SemaphoreSlim _slots;
    private readonly ITimer _sweep;
    private bool _disposed;

    /// <param name="maxConnections">Connections at a time.</param>
    /// <param name="idleTimeout">How long a connection that nothing is sent over is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="open">Gives a fresh connection, which is told how to give itself back.</param>
    /// <param name="closingFailed">Hears of a connection that did not end in good order.</param>
    public ConnectionPool(
        int maxConnections,
        TimeSpan idleTimeout,
        TimeProvider time,
        Func<Action<TConnection>, CancellationToken, ValueTask<TConnection>> open,
        Action<Exception> closingFailed
    )
    {
        (_idleTimeout, _time, _open, _closingFailed) = (idleTimeout, time, open, closingFailed);
        _slots = new SemaphoreSlim(maxConnections);
        _sweep = time.CreateTimer(_ => CloseIdle(), null, idleTimeout, idleTimeout);
    }

    /// <summary>
    /// Waits for a connection, which does not count as the attempt's time. Disposing it gives it back. What opening one throws,
    /// this throws.
    /// </summary>
    /// <param name="mayReuse">Whether it may have sent messages before.</param>
    /// <param name="timer">The attempt's time limit. It begins when there is a connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<TConnection> RentAsync(bool mayReuse, AttemptTimer timer, CancellationToken cancellationToken)
    {
        var turn = _slots.WaitAsync(cancellationToken);
        if (!turn.IsCompletedSuccessfully)
        {
            timer.Wait();
            await turn.ConfigureAwait(false);
        }

        try
        {
            timer.Begin();
            var idle = TakeNewest();
            if (idle is not null && mayReuse)
                return idle;

            // Its place is needed for the fresh one, or there would be more connections than slots.
            if (idle is not null)
                Close(idle);
            return await _open(Return, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _slots.Release();
            throw;
        }
    }

    public void Dispose()
    {
        _sweep.Dispose();
        lock (_lock)
            _disposed = true;
        while (TakeNewest() is { } connection)
            Close(connection);
    }

    private void Return(TConnection connection)
    {
        var kept = false;
        lock (_lock)
        {
            if (connection.IsUsable && !_disposed)
            {
                _idle.AddLast((connection, _time.GetTimestamp()));
                kept = true;
            }
        }

        if (!kept)
            Close(connection);
        _slots.Release();
    }

    private TConnection? TakeNewest()
    {
        lock (_lock)
        {
            var newest = _idle.Last?.Value.Connection;
            if (newest is not null)
                _idle.RemoveLast();
            return newest;
        }
    }

    private TConnection? TakeExpired()
    {
        lock (_lock)
        {
            if (_idle.First?.Value is not { } oldest || _time.GetElapsedTime(oldest.Since) < _idleTimeout)
                return null;
            _idle.RemoveFirst();
            return oldest.Connection;
        }
    }

    private void CloseIdle()
    {
        while (TakeExpired() is { } connection)
            Close(connection);
    }

    // A good-bye fails where the server has gone or the TLS has ended, in as many ways as there are connections. Nothing depends
    // on it, and the timer, which nobody waits for, would end the process by it.
    private void Close(TConnection connection)
    {
        try
        {
            connection.Close();
        }
        catch (Exception exception)
        {
            _closingFailed(exception);
        }
    }
}

namespace Notify.Providers.Mail;

/// <summary>A connection that a pool keeps. Disposing it returns it to the pool.</summary>
public interface IPooledConnection : IDisposable
{
    /// <summary>Gets whether another message can be sent over it.</summary>
    bool IsUsable { get; }

    /// <summary>Ends the conversation cleanly if possible, and always closes the connection.</summary>
    void Close();
}

/// <summary>
/// A pool of connections to one mail server. It keeps connections between messages and closes idle ones. It rents out the
/// connection that was used last, so that the others become idle when there is less to send. Thread-safe.
/// </summary>
/// <typeparam name="TConnection">The connection.</typeparam>
public sealed class ConnectionPool<TConnection> : IDisposable
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

    /// <summary>Creates an empty pool.</summary>
    /// <param name="maxConnections">The maximum number of connections at a time.</param>
    /// <param name="idleTimeout">How long an unused connection is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="open">Opens a connection, which calls the given action to return itself.</param>
    /// <param name="closingFailed">Called when closing a connection failed.</param>
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
    /// Rents a connection and waits for a free one where necessary. The wait does not count as the attempt's time. Exceptions of
    /// opening a connection pass through.
    /// </summary>
    /// <param name="mayReuse">Whether the connection may have sent messages before.</param>
    /// <param name="timer">The attempt's time limit, which begins when a connection is free.</param>
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
            // The lease of the delivery may have ended during the wait.
            cancellationToken.ThrowIfCancellationRequested();
            var idle = TakeNewest();
            if (idle is not null && mayReuse)
                return idle;

            // The idle connection is closed, because together with the new one there could be more connections than slots.
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

    /// <summary>Closes the idle connections. Rented ones close when they are returned.</summary>
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

    // Closing fails in many ways when the server is gone or TLS has ended. Nothing depends on it, and an exception in the timer's
    // callback would end the process.
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

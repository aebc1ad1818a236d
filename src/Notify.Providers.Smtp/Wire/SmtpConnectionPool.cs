using Microsoft.Extensions.Logging;
using Notify.Providers.Smtp.Mime;

namespace Notify.Providers.Smtp.Wire;

/// <summary>
/// The connections to one mail server: never more than the options allow, kept between messages, closed when idle. The most
/// recently used one is taken first, so that those which a quiet time does not need can grow idle.
/// </summary>
internal sealed class SmtpConnectionPool : IDisposable
{
    private readonly string _provider;
    private readonly SmtpOptions _options;
    private readonly MessageComposer _composer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly LinkedList<SmtpConnection> _idle = [];
    private readonly SemaphoreSlim _slots;
    private readonly ITimer _sweep;
    private bool _disposed;

    public SmtpConnectionPool(string provider, SmtpOptions options, MessageComposer composer, TimeProvider time, ILogger logger)
    {
        (_provider, _options, _composer, _time, _logger) = (provider, options, composer, time, logger);
        _slots = new SemaphoreSlim(options.MaxConnections);
        _sweep = time.CreateTimer(_ => CloseIdle(), null, options.IdleTimeout, options.IdleTimeout);
    }

    /// <summary>Waits for a connection. Disposing it gives it back.</summary>
    /// <param name="mayReuse">Whether it may have sent messages before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<SmtpConnection> RentAsync(bool mayReuse, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        var idle = TakeNewest();
        if (idle is not null && mayReuse)
            return idle;

        // Its place is needed for the fresh one, or there would be more connections than slots.
        if (idle is not null)
            Close(idle);
        return new SmtpConnection(_options, _composer, Return);
    }

    public void Dispose()
    {
        _sweep.Dispose();
        lock (_lock)
            _disposed = true;
        while (TakeNewest() is { } connection)
            Close(connection);
    }

    private void Return(SmtpConnection connection)
    {
        var kept = false;
        lock (_lock)
        {
            if (connection.IsUsable && !_disposed)
            {
                connection.IdleSince = _time.GetTimestamp();
                _idle.AddLast(connection);
                kept = true;
            }
        }

        if (!kept)
            Close(connection);
        _slots.Release();
    }

    private SmtpConnection? TakeNewest()
    {
        lock (_lock)
        {
            var newest = _idle.Last?.Value;
            if (newest is not null)
                _idle.RemoveLast();
            return newest;
        }
    }

    private SmtpConnection? TakeExpired()
    {
        lock (_lock)
        {
            var oldest = _idle.First?.Value;
            if (oldest is null || _time.GetElapsedTime(oldest.IdleSince) < _options.IdleTimeout)
                return null;
            _idle.RemoveFirst();
            return oldest;
        }
    }

    private void CloseIdle()
    {
        while (TakeExpired() is { } connection)
            Close(connection);
    }

    // Closing says QUIT, which fails where the server has gone or the TLS has ended; the connection is closed all the same.
    private void Close(SmtpConnection connection)
    {
        try
        {
            connection.Close();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            Log.ConnectionNotClosed(_logger, _provider, exception.GetType().Name);
        }
    }
}

using MailKit.Security;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.MailKit;

/// <summary>
/// The connections to one mail server: never more than the options allow, kept between messages, closed when idle. The most
/// recently used one is taken first, so that those which a quiet time does not need can grow idle.
/// </summary>
internal sealed class MailConnectionPool : IDisposable
{
    private readonly string _provider;
    private readonly MailKitOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly LinkedList<MailConnection> _idle = [];
    private readonly SemaphoreSlim _slots;
    private readonly ITimer _sweep;
    private bool _disposed;

    public MailConnectionPool(string provider, MailKitOptions options, TimeProvider time, ILogger logger)
    {
        (_provider, _options, _time, _logger) = (provider, options, time, logger);
        _slots = new SemaphoreSlim(options.MaxConnections);
        _sweep = time.CreateTimer(_ => CloseIdle(), null, options.IdleTimeout, options.IdleTimeout);
    }

    /// <summary>
    /// Waits for a connection. Disposing it gives it back. What the server refuses is thrown in the many ways of MailKit.
    /// </summary>
    /// <param name="mayReuse">Whether it may have sent messages before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<MailConnection> RentAsync(bool mayReuse, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var idle = TakeNewest();
            if (idle is not null && mayReuse)
                return idle;

            // Its place is needed for the fresh one, or there would be more connections than slots.
            if (idle is not null)
                Close(idle);
            return new MailConnection(await ConnectAsync(cancellationToken).ConfigureAwait(false), Return);
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

    private async Task<StagedSmtpClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var client = new StagedSmtpClient { CheckCertificateRevocation = _options.CheckCertificateRevocation };
        try
        {
            if (_options.Proxy is not null)
                client.ProxyClient = MailProxy.Create(_options.Proxy);
            await client.ConnectAsync(_options.Host, _options.Port, SecurityOf(_options.Security), cancellationToken)
                .ConfigureAwait(false);
            await LogInAsync(client, cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private async Task LogInAsync(StagedSmtpClient client, CancellationToken cancellationToken)
    {
        if (_options.AccessToken is { } accessToken)
        {
            var token = await AskAsync(accessToken, cancellationToken).ConfigureAwait(false);
            SaslMechanism mechanism = client.AuthenticationMechanisms.Contains("OAUTHBEARER")
                ? new SaslMechanismOAuthBearer(_options.UserName!, token)
                : new SaslMechanismOAuth2(_options.UserName!, token);
            await client.AuthenticateAsync(mechanism, cancellationToken).ConfigureAwait(false);
        }
        else if (!string.IsNullOrEmpty(_options.UserName))
        {
            await client.AuthenticateAsync(_options.UserName, _options.Password!, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<string> AskAsync(
        Func<CancellationToken, ValueTask<string>> accessToken, CancellationToken cancellationToken)
    {
        try
        {
            return await accessToken(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new NoAccessTokenException(exception);
        }
    }

    private static SecureSocketOptions SecurityOf(MailKitSecurity security) => security switch
    {
        MailKitSecurity.None => SecureSocketOptions.None,
        MailKitSecurity.TlsOnConnect => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.StartTls,
    };

    private void Return(MailConnection connection)
    {
        connection.MarkUsed();
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

    private MailConnection? TakeNewest()
    {
        lock (_lock)
        {
            var newest = _idle.Last?.Value;
            if (newest is not null)
                _idle.RemoveLast();
            return newest;
        }
    }

    private MailConnection? TakeExpired()
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

    private void Close(MailConnection connection)
    {
        try
        {
            connection.Close();
        }
        catch (Exception exception)
        {
            Log.ConnectionNotClosed(_logger, _provider, exception.GetType().Name);
        }
    }
}

/// <summary>The application's own source of access tokens gave none.</summary>
internal sealed class NoAccessTokenException(Exception cause) : Exception("There is no access token.", cause);

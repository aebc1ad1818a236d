using MailKit.Security;

namespace Notify.Providers.MailKit;

/// <summary>Connects to the mail server and logs in.</summary>
internal sealed class MailConnector(MailKitOptions options)
{
    /// <summary>Opens a connection. The failures are the various exceptions of MailKit.</summary>
    public async ValueTask<MailConnection> OpenAsync(Action<MailConnection> giveBack, CancellationToken cancellationToken)
    {
        var client = new StagedSmtpClient { CheckCertificateRevocation = options.CheckCertificateRevocation };
        try
        {
            if (options.Proxy is not null)
                client.ProxyClient = MailProxy.Create(options.Proxy);
            await client
                .ConnectAsync(options.Host, options.Port, GetSecurity(options.Security), cancellationToken)
                .ConfigureAwait(false);
            await LogInAsync(client, cancellationToken).ConfigureAwait(false);
            return new MailConnection(client, giveBack);
        }
        catch (Exception exception)
        {
            client.Dispose();
            // When a cancellation closes a socket, exceptions other than OperationCanceledException can result.
            if (cancellationToken.IsCancellationRequested)
                throw new TimeoutException("The server did not accept a connection in time.", exception);
            throw;
        }
    }

    private async Task LogInAsync(StagedSmtpClient client, CancellationToken cancellationToken)
    {
        if (options.AccessToken is { } accessToken)
        {
            var token = await GetAccessTokenAsync(accessToken, cancellationToken).ConfigureAwait(false);
            SaslMechanism mechanism = client.AuthenticationMechanisms.Contains("OAUTHBEARER")
                ? new SaslMechanismOAuthBearer(options.UserName!, token)
                : new SaslMechanismOAuth2(options.UserName!, token);
            await client.AuthenticateAsync(mechanism, cancellationToken).ConfigureAwait(false);
        }
        else if (!string.IsNullOrEmpty(options.UserName))
        {
            await client.AuthenticateAsync(options.UserName, options.Password!, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<string> GetAccessTokenAsync(
        Func<CancellationToken, ValueTask<string>> accessToken,
        CancellationToken cancellationToken
    )
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

    private static SecureSocketOptions GetSecurity(MailKitSecurity security) =>
        security switch
        {
            MailKitSecurity.None => SecureSocketOptions.None,
            MailKitSecurity.TlsOnConnect => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.StartTls,
        };
}

/// <summary>The application's function for access tokens failed.</summary>
internal sealed class NoAccessTokenException(Exception cause)
    : Exception("The application did not provide an access token.", cause);

using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Fcm;

/// <summary>
/// The access token that all sends share. Google's library keeps it too, and renews it minutes before it expires; but it takes a
/// lock and a task for each question, so it is asked now and then, and sends in between read what it answered.
/// </summary>
internal sealed class FcmAccessTokens(
    string provider,
    Func<CancellationToken, Task<GoogleCredential>> load,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Well below the minutes that the library renews ahead, so that no send uses a token that has expired.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RenewalTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private volatile Token? _token;
    private GoogleCredential? _credential;
    private Task<string>? _renewal;

    /// <summary>The value of the Authorization header.</summary>
    /// <exception cref="FcmAccessException">There is no access token to be had.</exception>
    public ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        var token = _token;
        return token is not null && time.GetTimestamp() < token.AskAgainAt ? new(token.Header) : AskAsync(cancellationToken);
    }

    /// <summary>
    /// The value of the Authorization header in place of one that the service refused, once for all who were refused.
    /// </summary>
    /// <exception cref="FcmAccessException">There is no access token to be had.</exception>
    public Task<string> RenewAsync(string refused, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_token is { } token && token.Header != refused)
                return Task.FromResult(token.Header);
            if (_renewal is null or { IsCompleted: true })
            {
                Log.AccessTokenRefused(logger, provider);
                _renewal = Task.Run(RenewAsync, CancellationToken.None);
            }

            return _renewal.WaitAsync(cancellationToken);
        }
    }

    // No caller's cancellation: the others who were refused wait for the same token.
    private async Task<string> RenewAsync()
    {
        using var timeout = new CancellationTokenSource(RenewalTimeout, time);
        var credential = await LoadAsync(timeout.Token).ConfigureAwait(false);
        try
        {
            if (credential.UnderlyingCredential is UserCredential user)
                await user.RefreshTokenAsync(timeout.Token).ConfigureAwait(false);
            else if (credential.UnderlyingCredential is ServiceCredential service)
                await service.RequestAccessTokenAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw FcmAccessException.Of(exception);
        }

        return await AskAsync(timeout.Token).ConfigureAwait(false);
    }

    private async ValueTask<string> AskAsync(CancellationToken cancellationToken)
    {
        var credential = await LoadAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var value = await credential
                .UnderlyingCredential.GetAccessTokenForRequestAsync(null, cancellationToken)
                .ConfigureAwait(false);
            return Keep($"Bearer {value}");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw FcmAccessException.Of(exception);
        }
    }

    private async ValueTask<GoogleCredential> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _credential ??= await load(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw FcmAccessException.Of(exception);
        }
    }

    private string Keep(string header)
    {
        var askAgainAt = time.GetTimestamp() + (long)(AskAgainAfter.TotalSeconds * time.TimestampFrequency);
        var token = new Token(_token is { } current && current.Header == header ? current.Header : header, askAgainAt);
        _token = token;
        return token.Header;
    }

    // No record: its ToString would show the token.
    private sealed class Token(string header, long askAgainAt)
    {
        public string Header => header;

        public long AskAgainAt => askAgainAt;
    }
}

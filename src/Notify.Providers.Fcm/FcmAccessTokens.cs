using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Logging;

namespace Notify.Providers.Fcm;

/// <summary>
/// The access token that all sends share. Google's library also caches it and renews it minutes before it expires, but each call
/// to the library takes a lock and allocates a task. The library is therefore asked only from time to time; sends in between
/// read its last answer without a lock.
/// </summary>
internal sealed class FcmAccessTokens(
    string provider,
    Func<CancellationToken, Task<GoogleCredential>> load,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>
    /// The time after which the library is asked again. It must stay well below the minutes by which the library renews ahead of
    /// expiry; otherwise a send could use an expired token.
    /// </summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RenewalTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private volatile Token? _token;
    private GoogleCredential? _credential;
    private Task<string>? _renewal;

    /// <summary>Gets the value of the Authorization header.</summary>
    /// <exception cref="FcmAccessException">No access token could be obtained.</exception>
    public ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        var token = _token;
        return token is not null && time.GetTimestamp() < token.AskAgainAt ? new(token.Header) : AskAsync(cancellationToken);
    }

    /// <summary>
    /// Gets a new value for the Authorization header after the service refused the current one. Concurrent sends with the same
    /// refused token share one renewal.
    /// </summary>
    /// <exception cref="FcmAccessException">No access token could be obtained.</exception>
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

    // Ignores the callers' cancellation tokens: other sends wait for the same renewal, so only the timeout may end it.
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
            throw FcmAccessException.From(exception);
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
            throw FcmAccessException.From(exception);
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
            throw FcmAccessException.From(exception);
        }
    }

    private string Keep(string header)
    {
        var askAgainAt = time.GetTimestamp() + (long)(AskAgainAfter.TotalSeconds * time.TimestampFrequency);
        var token = new Token(_token is { } current && current.Header == header ? current.Header : header, askAgainAt);
        _token = token;
        return token.Header;
    }

    // A class and not a record, because a record's ToString would show the token.
    private sealed class Token(string header, long askAgainAt)
    {
        public string Header => header;

        public long AskAgainAt => askAgainAt;
    }
}

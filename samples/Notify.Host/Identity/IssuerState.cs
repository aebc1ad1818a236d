using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Notify.Host.Identity;

/// <summary>
/// Remembers whether the keys of the identity provider could be read. Without them, a valid token cannot be told from an invalid
/// one, so the call is answered with a status that clients repeat.
/// </summary>
internal sealed partial class IssuerState(TimeProvider time, ILogger<IssuerState> logger)
{
    // Callers do not wait for an issuer that has just failed.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private long? _failedAt;

    /// <summary>Returns whether the keys are known. Once they are, an unavailable issuer does not matter.</summary>
    public async ValueTask<bool> IsKnownAsync(
        IConfigurationManager<OpenIdConnectConfiguration> configuration,
        CancellationToken cancellationToken
    )
    {
        if (_failedAt is { } failedAt && time.GetElapsedTime(failedAt) < RetryInterval)
            return false;

        try
        {
            await configuration.GetConfigurationAsync(cancellationToken);
            _failedAt = null;
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (_failedAt is null)
                LogUnavailable(exception);
            _failedAt = time.GetTimestamp();
            return false;
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "The keys of the identity provider could not be read. Calls with its tokens are answered with 503 until they can."
    )]
    private partial void LogUnavailable(Exception exception);
}

/// <summary>The feature of a call whose token could not be verified because the keys are not known.</summary>
internal sealed class IssuerUnavailable
{
    public static IssuerUnavailable Instance { get; } = new();
}

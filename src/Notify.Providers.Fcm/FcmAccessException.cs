using Google.Apis.Auth.OAuth2.Responses;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>
/// There is no access token to be had. The message says why in words of this package: Google's may quote the credentials.
/// </summary>
internal sealed class FcmAccessException : Exception
{
    /// <summary>What the token endpoint may answer: RFC 6749 section 5.2.</summary>
    private static readonly string[] KnownErrors =
    [
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    ];

    private FcmAccessException(string message)
        : base(message) { }

    public static FcmAccessException Of(Exception exception) =>
        exception switch
        {
            FcmAccessException known => known,
            TokenResponseException refused => new($"no access token ({Describe(refused)})"),
            HttpRequestException unreachable => new($"no access token: {HttpFailures.Describe(unreachable)}"),
            OperationCanceledException => new("no access token in time"),
            _ => new($"no access token ({exception.GetType().Name})"),
        };

    private static string Describe(TokenResponseException refused)
    {
        var status = $"HTTP {(int?)refused.StatusCode}";
        return Array.Find(KnownErrors, error => error == refused.Error?.Error) is { } error ? $"{error}, {status}" : status;
    }
}

using Google.Apis.Auth.OAuth2.Responses;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>
/// The error that is thrown when no access token can be obtained. The message contains only text from this package, because
/// the messages of Google's library may quote the credentials.
/// </summary>
internal sealed class FcmAccessException : Exception
{
    /// <summary>The error codes that RFC 6749, section 5.2, defines for token endpoints.</summary>
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

    public static FcmAccessException From(Exception exception) =>
        exception switch
        {
            FcmAccessException known => known,
            TokenResponseException refused => new($"no access token ({Describe(refused)})"),
            HttpRequestException unreachable => new($"no access token: {HttpFailures.Describe(unreachable)}"),
            OperationCanceledException => new("the request for an access token timed out"),
            _ => new($"no access token ({exception.GetType().Name})"),
        };

    private static string Describe(TokenResponseException refused)
    {
        var status = $"HTTP {(int?)refused.StatusCode}";
        return Array.Find(KnownErrors, error => error == refused.Error?.Error) is { } error ? $"{error}, {status}" : status;
    }
}

using System.Net.Sockets;

namespace Notify.Providers.Http;

/// <summary>Maps failures of HTTP requests, which mean the same for every vendor.</summary>
public static class HttpFailures
{
    /// <summary>RFC 9113 section 7: the connection ends, and the server did not process the request.</summary>
    private const long NoError = 0;

    /// <summary>RFC 9113 section 7: the server did not process the request.</summary>
    private const long RefusedStream = 7;

    private const string NoConnectionInTime = "no connection in time";

    /// <summary>
    /// Gets the delay that a response's Retry-After header asks for. Null if there is no such header, or if its time has passed.
    /// </summary>
    /// <remarks>
    /// RFC 9110 section 10.2.3: seconds, or a date. A date in the past must not use up the retry budget at once.
    /// </remarks>
    /// <param name="response">The response.</param>
    /// <param name="time">The clock that a date is compared with.</param>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(time);
        var retryAfter = response.Headers.RetryAfter;
        var delay = retryAfter?.Delta ?? retryAfter?.Date - time.GetUtcNow();
        return delay > TimeSpan.Zero ? delay : null;
    }

    /// <summary>
    /// Gets whether a request was sent, completely or in part, before it failed. If so, the server may have acted on it.
    /// </summary>
    /// <remarks>
    /// Nothing was sent when no connection was made (name resolution and TLS included), when the client never began to send the
    /// body, and when an HTTP/2 server refused the request unread. Everything else counts as sent, because a lost request and a
    /// lost answer look the same to the client.
    /// </remarks>
    /// <param name="request">
    /// The request, sent by a client of <see cref="Microsoft.Extensions.DependencyInjection.ProviderHttpClientExtensions"/>. For
    /// null, and for a request of another client, only the exception decides.
    /// </param>
    /// <param name="exception">The failure: an <see cref="HttpRequestException"/>, or the cancellation of an attempt.</param>
    public static bool WasSent(HttpRequestMessage? request, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return request?.Content is not (PooledContent { IsInFlight: false } or TrackedContent { IsInFlight: false })
            && !(
                exception is HttpRequestException failure && (IsBeforeSending(failure.HttpRequestError) || WasTurnedAway(failure))
            );
    }

    /// <summary>
    /// Gets whether a provider can create an outcome from a failure. Use it as the exception filter around the call. A
    /// cancellation has an outcome only while nothing was sent. Later the engine decides, so the exception must not be caught.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="exception">The failure.</param>
    public static bool HasOutcome(HttpRequestMessage? request, Exception exception) =>
        exception is HttpRequestException || (exception is OperationCanceledException && !WasSent(request, exception));

    /// <summary>
    /// Gets whether an HTTP/2 server did not process the request (RFC 9113 section 8.7), because it closed the connection
    /// (GOAWAY) or refused the stream. Neither is an outage.
    /// </summary>
    /// <param name="exception">The failure.</param>
    public static bool WasTurnedAway(HttpRequestException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.GetBaseException() is HttpProtocolException { ErrorCode: NoError or RefusedStream };
    }

    /// <summary>Describes a failure of the connection, without the address and without the message.</summary>
    /// <param name="exception">The failure.</param>
    public static string Describe(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception switch
        {
            OperationCanceledException => NoConnectionInTime,
            HttpRequestException failure when failure.GetBaseException() is SocketException socket =>
                $"connection failed ({socket.SocketErrorCode})",
            HttpRequestException failure => $"connection failed ({failure.HttpRequestError})",
            _ => $"connection failed ({exception.GetType().Name})",
        };
    }

    /// <summary>
    /// Creates the outcome of a request that a vendor did not answer, where one vendor serves all recipients:
    /// <see cref="Outcome.ProviderFailed"/> when nothing was sent, otherwise <see cref="Outcome.AnswerLost"/>, which also counts
    /// against the provider.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="exception">The failure.</param>
    public static Outcome CreateVendorOutcome(HttpRequestMessage? request, Exception exception)
    {
        if (!WasSent(request, exception))
            return Outcome.ProviderFailed(Describe(exception));
        return Outcome.AnswerLost(DescribeLost(exception), isProviderFailure: true);
    }

    /// <summary>
    /// Creates the outcome of a request that the recipient's own server did not answer: <see cref="Outcome.Retry"/> when nothing
    /// was sent, otherwise <see cref="Outcome.AnswerLost"/>. It does not count against the provider.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="exception">The failure.</param>
    public static Outcome CreateEndpointOutcome(HttpRequestMessage? request, Exception exception) =>
        WasSent(request, exception) ? Outcome.AnswerLost(DescribeLost(exception)) : Outcome.Retry(Describe(exception));

    private static string DescribeLost(Exception exception) => $"sent, but the answer was lost: {Describe(exception)}";

    private static bool IsBeforeSending(HttpRequestError error) =>
        error
            is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError
                or HttpRequestError.VersionNegotiationError
                or HttpRequestError.ExtendedConnectNotSupported;
}

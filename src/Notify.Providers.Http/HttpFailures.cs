using System.Net.Sockets;
using Notify.Delivering;

namespace Notify.Providers.Http;

/// <summary>Failures of HTTP requests, which mean the same for every vendor.</summary>
public static class HttpFailures
{
    /// <summary>RFC 9113 section 7: the connection ends, and the server did not look at the request.</summary>
    private const long NoError = 0;

    /// <summary>RFC 9113 section 7: the server did not look at the request.</summary>
    private const long RefusedStream = 7;

    private const string NoConnectionInTime = "no connection in time";

    /// <summary>
    /// Gets how long a response asks to wait by its Retry-After header; null when it has none, or one whose time has passed.
    /// </summary>
    /// <remarks>
    /// RFC 9110 section 10.2.3: seconds, or a date. A date in the past must not spend the retry budget at once.
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
    /// Gets whether a request went out, wholly or in part, before it failed. The server may have acted on it then.
    /// </summary>
    /// <remarks>
    /// A connection that could not be made, name resolution and TLS included, sent nothing. Neither did a request whose body was
    /// never asked for, nor one that an HTTP/2 server turned away unread. Everything else counts as sent: a request that did not
    /// arrive and an answer that did not come back look the same from here.
    /// </remarks>
    /// <param name="request">
    /// The request, sent by a client of <see cref="Microsoft.Extensions.DependencyInjection.ProviderHttpClientExtensions"/>. For
    /// null and for another client's request the exception alone decides.
    /// </param>
    /// <param name="exception">The failure: an <see cref="HttpRequestException"/>, or the cancellation of an attempt.</param>
    public static bool WasSent(HttpRequestMessage? request, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return request?.Content is not (PooledContent { IsUnderWay: false } or TrackedContent { IsUnderWay: false })
            && !(
                exception is HttpRequestException failure && (IsBeforeSending(failure.HttpRequestError) || WasTurnedAway(failure))
            );
    }

    /// <summary>
    /// Gets whether a failure has an outcome: the exception filter of a provider's call. A cancellation has one only while
    /// nothing was sent. Afterwards it is the engine's to judge, and must be let through.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="exception">The exception that was caught.</param>
    public static bool HasOutcome(HttpRequestMessage? request, Exception exception) =>
        exception is HttpRequestException || (exception is OperationCanceledException && !WasSent(request, exception));

    /// <summary>
    /// Gets whether an HTTP/2 server did not look at the request (RFC 9113 section 8.7): the connection ended (GOAWAY), or took
    /// fewer streams than it had offered. Neither is an outage.
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
    /// Creates the outcome of a request that a vendor did not answer: <see cref="Outcome.ProviderFailed"/> where nothing was
    /// sent, else <see cref="Outcome.AnswerLost"/> on the provider's account. For a vendor that serves all recipients.
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
    /// Creates the outcome of a request that the recipient's own server did not answer: <see cref="Outcome.Retry"/> where nothing
    /// was sent, else <see cref="Outcome.AnswerLost"/>. It says nothing about the provider.
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

using System.Net.Sockets;
using Notify.Delivering;

namespace Notify.Providers.Http;

/// <summary>What every vendor that speaks HTTP means by the same failure.</summary>
public static class HttpFailures
{
    /// <summary>
    /// How long a response asks to wait by its Retry-After header; null when it does not say, or says a time that has passed.
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

    /// <summary>What became of the connection, in words that hold neither the address nor what was sent.</summary>
    public static string Describe(HttpRequestException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.GetBaseException() is SocketException socket
            ? $"connection failed ({socket.SocketErrorCode})"
            : $"connection failed ({exception.HttpRequestError})";
    }

    /// <summary>The vendor could not be reached, which is the provider's failure and not the delivery's.</summary>
    public static Outcome Unreachable(HttpRequestException exception) => Outcome.ProviderFailed(Describe(exception));
}

using System.Net;
using Notify.Delivering;
using Notify.Providers.Http;

namespace Notify.Providers.TwilioSdk;

/// <summary>
/// One request to Twilio: what its answer says beyond what the library tells, and what ends it, for which the library has no
/// parameter. It accompanies the call that makes the request.
/// </summary>
internal sealed class Exchange(CancellationToken cancellation)
{
    private static readonly AsyncLocal<Exchange?> OfThisCall = new();

    private HttpRequestMessage? _message;

    public static Exchange? Current => OfThisCall.Value;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Null when nothing was answered, or the client does not use the HTTP client it was given.</summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>Gets what became of a request without an answer; null when it was answered, or is still under way.</summary>
    public Outcome? Failure { get; private set; }

    public TimeSpan? RetryAfter { get; private set; }

    public static Exchange Begin(CancellationToken cancellation) => OfThisCall.Value = new Exchange(cancellation);

    /// <summary>
    /// Completes when the request has ended; null where the client does not use the HTTP client that it was given.
    /// </summary>
    public Task? Request { get; private set; }

    /// <summary>Gets whether the request went out, wholly or in part.</summary>
    public bool WasSent => _message is null || HttpFailures.WasSent(_message, new OperationCanceledException());

    public void Began(HttpRequestMessage message, Task request) => (_message, Request) = (message, request);

    public void Failed(HttpRequestMessage request, Exception exception) =>
        Failure = HttpFailures.CreateVendorOutcome(request, exception);

    public void Answered(HttpResponseMessage response, TimeProvider time)
    {
        Status = response.StatusCode;
        RetryAfter = HttpFailures.RetryAfter(response, time);
    }
}

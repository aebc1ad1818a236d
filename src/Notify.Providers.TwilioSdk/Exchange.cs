using System.Net;
using Notify.Providers.Http;

namespace Notify.Providers.TwilioSdk;

/// <summary>
/// One request to Twilio. It carries what the library has no parameter or property for: the attempt's cancellation, and the parts
/// of the answer that the library does not expose. It flows to <see cref="ExchangeHandler"/> with the asynchronous call that
/// sends the request.
/// </summary>
internal sealed class Exchange(CancellationToken cancellation)
{
    private static readonly AsyncLocal<Exchange?> Ambient = new();

    private HttpRequestMessage? _message;

    /// <summary>Gets the exchange of the current asynchronous call.</summary>
    public static Exchange? Current => Ambient.Value;

    public CancellationToken Cancellation => cancellation;

    /// <summary>
    /// Gets the HTTP status. It is null if there was no answer, or if the client does not use the HTTP client that it was given.
    /// </summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>Gets the outcome of a request that received no answer, or null.</summary>
    public Outcome? Failure { get; private set; }

    public TimeSpan? RetryAfter { get; private set; }

    public static Exchange Begin(CancellationToken cancellation) => Ambient.Value = new Exchange(cancellation);

    /// <summary>
    /// Gets a task that completes when the request has ended. It is null if the client does not use the HTTP client that it was
    /// given.
    /// </summary>
    public Task? Request { get; private set; }

    /// <summary>Gets whether the request was sent, completely or in part.</summary>
    public bool WasSent => _message is null || HttpFailures.WasSent(_message, new OperationCanceledException());

    public void RecordStart(HttpRequestMessage message, Task request) => (_message, Request) = (message, request);

    public void RecordFailure(HttpRequestMessage request, Exception exception) =>
        Failure = HttpFailures.CreateVendorOutcome(request, exception);

    public void RecordAnswer(HttpResponseMessage response, TimeProvider time)
    {
        Status = response.StatusCode;
        RetryAfter = HttpFailures.RetryAfter(response, time);
    }
}

using System.Net;
using Notify.Providers.Apns;
using Notify.Providers.Http;

namespace Notify.Providers.DotApns;

/// <summary>
/// One request to Apple, with the parts of the answer that dotAPNS does not expose. It flows to <see cref="ExchangeHandler"/>
/// with the asynchronous call that sends the request.
/// </summary>
internal sealed class Exchange(Guid deliveryId)
{
    private static readonly AsyncLocal<Exchange?> Ambient = new();

    /// <summary>Gets the exchange of the current asynchronous call.</summary>
    public static Exchange? Current => Ambient.Value;

    /// <summary>Gets the delivery's id, by which Apple recognizes a repeated message.</summary>
    public string ApnsId { get; } = deliveryId.ToString();

    /// <summary>
    /// Gets the HTTP status. It is null if there was no answer, or if the client does not use the HTTP client that it was given.
    /// </summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>Gets the outcome of a request that received no answer, or null.</summary>
    public Outcome? Failure { get; private set; }

    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Gets the body of a refusal. It is empty for a success.</summary>
    public ApnsError Error { get; private set; }

    public static Exchange Begin(Guid deliveryId) => Ambient.Value = new Exchange(deliveryId);

    public void RecordFailure(HttpRequestMessage request, Exception exception) =>
        Failure = ApnsOutcomes.Create(request, exception);

    public void RecordAnswer(HttpResponseMessage response, ApnsError error, TimeProvider time)
    {
        Status = response.StatusCode;
        RetryAfter = HttpFailures.RetryAfter(response, time);
        Error = error;
    }
}

using System.Net;
using Notify.Delivering;
using Notify.Providers.Apns;
using Notify.Providers.Http;

namespace Notify.Providers.DotApns;

/// <summary>
/// One request to Apple and what its answer says beyond what dotAPNS tells. It accompanies the call that makes the request.
/// </summary>
internal sealed class Exchange(Guid deliveryId)
{
    private static readonly AsyncLocal<Exchange?> OfThisCall = new();

    public static Exchange? Current => OfThisCall.Value;

    /// <summary>The delivery's id, by which Apple recognises a repeated message.</summary>
    public string ApnsId { get; } = deliveryId.ToString();

    /// <summary>Null when nothing was answered, or the client does not use the HTTP client it was given.</summary>
    public HttpStatusCode? Status { get; private set; }

    /// <summary>Gets what became of a request without an answer; null when it was answered, or is still under way.</summary>
    public Outcome? Failure { get; private set; }

    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>What a refusal says; empty for a success.</summary>
    public ApnsError Error { get; private set; }

    public static Exchange Begin(Guid deliveryId) => OfThisCall.Value = new Exchange(deliveryId);

    public void Failed(HttpRequestMessage request, Exception exception) => Failure = ApnsOutcomes.Of(request, exception);

    public void Answered(HttpResponseMessage response, ApnsError error, TimeProvider time)
    {
        Status = response.StatusCode;
        RetryAfter = HttpFailures.RetryAfter(response, time);
        Error = error;
    }
}

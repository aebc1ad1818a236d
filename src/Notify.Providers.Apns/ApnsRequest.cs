using System.Net;
using System.Text.Json;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify.Providers.Apns;

/// <summary>Turns a delivery into the request that Apple's 'Sending notification requests to APNs' asks for.</summary>
internal static class ApnsRequest
{
    // A device token is hexadecimal: there is nothing in the path to be normalised.
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The request, or null and why APNs would never take it.</summary>
    public static HttpRequestMessage? Create(Delivery delivery, string apnsId, Destination destination, out Outcome? refusal)
    {
        if (!IsDeviceToken(delivery.To.Value))
            return Refuse(ApnsOutcomes.NotADeviceToken, out refusal);
        if (!TryReadOverrides(delivery.Content, out var headerOverrides, out var payloadOverrides))
            return Refuse(ApnsOutcomes.BadOverrides, out refusal);

        var headers = ApnsHeaders.Of(delivery, destination.BundleId, headerOverrides);
        var payload = ApnsPayload.Write(delivery.Content, headers.PushType, payloadOverrides);
        var limit = PushType.MaxPayloadBytes(headers.PushType);
        if (payload.Written.Length > limit)
        {
            refusal = ApnsOutcomes.TooLarge(payload.Written.Length, limit);
            payload.Dispose();
            return null;
        }

        refusal = null;
        // A proxy on this machine may speak HTTP/1.1; Apple never does.
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(destination.Devices + delivery.To.Value, AsItIs))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = payload,
        };
        request.Headers.TryAddWithoutValidation("apns-id", apnsId);
        headers.AddTo(request);
        return request;
    }

    // Apple says that the size may change; that it is hexadecimal keeps it from being anything else in the path.
    public static bool IsDeviceToken(string token) =>
        token.Length > 0 && !token.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF");

    private static bool TryReadOverrides(Content content, out JsonElement? headers, out JsonElement? payload)
    {
        (headers, payload) = (null, null);
        if (content.Overrides is null || !content.Overrides.TryGetValue(ApnsOverrides.Name, out var overrides))
            return true;
        if (ApnsOverrides.FindErrors(overrides).Count > 0)
            return false;

        headers = overrides.TryGetProperty("headers", out var ownHeaders) ? ownHeaders : null;
        payload = overrides.TryGetProperty("payload", out var ownPayload) ? ownPayload : null;
        return true;
    }

    private static HttpRequestMessage? Refuse(Outcome outcome, out Outcome? refusal)
    {
        refusal = outcome;
        return null;
    }
}

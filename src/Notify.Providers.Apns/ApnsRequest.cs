using System.Net;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Apns;

/// <summary>Creates the request for a delivery (Apple, "Sending notification requests to APNs").</summary>
internal static class ApnsRequest
{
    /// <summary>The length of a device token today, in hexadecimal digits.</summary>
    private const int TokenLength = 64;

    // A device token is hexadecimal, so the path needs no canonicalization.
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>
    /// Creates the request. Returns null if APNs would never accept it; <paramref name="refusal"/> then holds the outcome.
    /// </summary>
    public static HttpRequestMessage? Create(Delivery delivery, string apnsId, Destination destination, out Outcome? refusal)
    {
        if (!IsDeviceToken(delivery.To.Value))
            return Refuse(ApnsOutcomes.NotADeviceToken, out refusal);
        if (!TryReadOverrides(delivery.Content, out var headerOverrides, out var payloadOverrides))
            return Refuse(ApnsOutcomes.BadOverrides, out refusal);

        var headers = ApnsHeaders.Create(delivery, destination.BundleId, headerOverrides);
        var payload = ApnsPayload.Write(delivery.Content, headers.PushType, payloadOverrides);
        var limit = PushType.GetMaxPayloadBytes(headers.PushType);
        if (payload.Written.Length > limit)
        {
            refusal = ApnsOutcomes.CreateTooLarge(payload.Written.Length, limit);
            payload.Dispose();
            return null;
        }

        refusal = null;
        // HTTP/1.1 is allowed for a local proxy. Apple speaks only HTTP/2.
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(destination.BaseUrl + delivery.To.Value, Verbatim))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = payload,
        };
        request.Headers.TryAddWithoutValidation("apns-id", apnsId);
        headers.AddTo(request);
        return request;
    }

    /// <summary>Creates a request that needs the credentials and reaches no device.</summary>
    public static HttpRequestMessage CreateCheck(Destination destination)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{destination.BaseUrl}{new string('0', TokenLength)}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ReadOnlyMemoryContent("""{"aps":{}}"""u8.ToArray()),
        };
        request.Headers.TryAddWithoutValidation("apns-topic", destination.BundleId);
        request.Headers.TryAddWithoutValidation("apns-push-type", "background");
        request.Headers.TryAddWithoutValidation("apns-priority", "5");
        return request;
    }

    // The length is not checked, because Apple may change it. The check for hexadecimal digits ensures that the token cannot
    // alter the path.
    public static bool IsDeviceToken(string token) =>
        token.Length > 0 && !token.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF");

    /// <summary>Finds the error of content whose payload is larger than APNs accepts. Returns null if it fits.</summary>
    public static FieldError? FindSizeError(Content content)
    {
        if (
            PushSize.CertainlyFits(content, PushType.GetMaxPayloadBytes(PushType.Alert))
            || !TryReadOverrides(content, out var headers, out var patch)
        )
            return null;

        var type = ApnsHeaders.ChooseType(content, headers);
        var limit = PushType.GetMaxPayloadBytes(type);
        using var payload = ApnsPayload.Write(content, type, patch);
        return payload.Written.Length > limit
            ? PushSize.CreateError(content, ApnsOverrides.Name, payload.Written.Length, limit)
            : null;
    }

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

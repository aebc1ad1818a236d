using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Apns;

/// <summary>Checks a request by the rules of Apple's "Sending notification requests to APNs".</summary>
internal static class ApnsRequestCheck
{
    private const string DevicePath = "/3/device/";
    private const int MaxCollapseIdBytes = 64;

    private static readonly Dictionary<string, string> TopicSuffixes = new(StringComparer.Ordinal)
    {
        ["alert"] = "",
        ["background"] = "",
        ["location"] = ".location-query",
        ["voip"] = ".voip",
        ["complication"] = ".complication",
        ["fileprovider"] = ".pushkit.fileprovider",
        ["mdm"] = "",
        ["liveactivity"] = ".push-type.liveactivity",
        ["pushtotalk"] = ".voip-ptt",
        ["widgets"] = ".push-type.widgets",
        ["controls"] = ".push-type.controls",
    };

    /// <summary>Checks the method and the path. Returns null and the device token if they are valid.</summary>
    public static ApnsRefusal? CheckLine(HttpRequest request, out string deviceToken)
    {
        deviceToken = "";
        if (!HttpMethods.IsPost(request.Method))
            return new ApnsRefusal(405, "MethodNotAllowed");
        if (request.Path.Value?.StartsWith(DevicePath, StringComparison.Ordinal) != true)
            return new ApnsRefusal(404, "BadPath");

        deviceToken = request.Path.Value[DevicePath.Length..];
        if (deviceToken.Length == 0)
            return new ApnsRefusal(400, "MissingDeviceToken");
        return deviceToken.Length >= 64 && deviceToken.All(char.IsAsciiHexDigit) ? null : new ApnsRefusal(400, "BadDeviceToken");
    }

    /// <summary>Checks the headers. Returns null and the bundle id in the topic if they are valid.</summary>
    public static ApnsRefusal? CheckHeaders(IHeaderDictionary headers, IReadOnlyCollection<string> bundleIds, out string bundleId)
    {
        bundleId = "";
        if (headers.Any(header => header.Key.StartsWith("apns-", StringComparison.Ordinal) && header.Value.Count > 1))
            return new ApnsRefusal(400, "DuplicateHeaders");
        if (FindValue(headers, "apns-id") is { } id && !(Guid.TryParseExact(id, "D", out _) && id == id.ToLowerInvariant()))
            return new ApnsRefusal(400, "BadMessageId");
        if (
            FindValue(headers, "apns-expiration") is { } expiration
            && !ulong.TryParse(expiration, NumberStyles.None, null, out _)
        )
            return new ApnsRefusal(400, "BadExpirationDate");
        if (FindValue(headers, "apns-collapse-id") is { } collapse && Encoding.UTF8.GetByteCount(collapse) > MaxCollapseIdBytes)
            return new ApnsRefusal(400, "BadCollapseId");

        var pushType = GetPushType(headers);
        if (!TopicSuffixes.TryGetValue(pushType, out var suffix))
            return new ApnsRefusal(400, "InvalidPushType");
        if (FindValue(headers, "apns-priority") is var priority && !IsPriority(priority, pushType))
            return new ApnsRefusal(400, "BadPriority");
        return CheckTopic(FindValue(headers, "apns-topic"), suffix, bundleIds, out bundleId);
    }

    /// <summary>Checks the payload. Returns null if it is valid.</summary>
    public static ApnsRefusal? CheckPayload(IHeaderDictionary headers, ReadOnlyMemory<byte> body)
    {
        if (body.Length > (GetPushType(headers) == "voip" ? 5120 : 4096))
            return new ApnsRefusal(413, "PayloadTooLarge");
        try
        {
            using var payload = JsonDocument.Parse(body);
            if (payload.RootElement.TryGetProperty("aps", out var aps) && aps.ValueKind == JsonValueKind.Object)
                return null;
        }
        catch (JsonException)
        {
            // Apple documents no reason for a payload that is not JSON, nor for one without aps. PayloadEmpty is the closest.
        }

        return new ApnsRefusal(400, "PayloadEmpty");
    }

    private static string GetPushType(IHeaderDictionary headers) => FindValue(headers, "apns-push-type") ?? "alert";

    private static bool IsPriority(string? priority, string pushType) =>
        priority switch
        {
            "5" => true,
            "1" or "10" or null => pushType != "background",
            _ => false,
        };

    private static ApnsRefusal? CheckTopic(
        string? topic,
        string suffix,
        IReadOnlyCollection<string> bundleIds,
        out string bundleId
    )
    {
        bundleId = "";
        if (topic is null)
            return new ApnsRefusal(400, "MissingTopic");
        if (!topic.EndsWith(suffix, StringComparison.Ordinal))
            return new ApnsRefusal(400, "BadTopic");

        bundleId = topic[..^suffix.Length];
        return bundleIds.Contains(bundleId) ? null : new ApnsRefusal(400, "TopicDisallowed");
    }

    private static string? FindValue(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var values) ? values.ToString() : null;
}

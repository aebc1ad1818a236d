using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.WebPush;

/// <summary>Checks the request headers of RFC 8030 section 5.</summary>
internal sealed partial record PushRequestHeaders(int TimeToLive, string? Urgency, string? Topic, string? CachePolicy)
{
    /// <summary>30 days, the longest time that Mozilla accepts.</summary>
    private const int MaxTimeToLive = 2_592_000;

    public static PushRequestHeaders Read(IHeaderDictionary headers)
    {
        var timeToLive = ReadTimeToLive(headers["TTL"]);
        return new(
            timeToLive,
            ReadUrgency(headers["Urgency"]),
            ReadTopic(headers["Topic"]),
            ReadCachePolicy(headers["X-WNS-Cache-Policy"], timeToLive)
        );
    }

    /// <summary>
    /// Checks the header of Windows' push service: <c>cache</c> requires a TTL above 0, and <c>no-cache</c> a TTL of 0.
    /// </summary>
    private static string? ReadCachePolicy(string? header, int timeToLive) =>
        header is null || header == (timeToLive == 0 ? "no-cache" : "cache")
            ? header
            : throw new PushRefusal(400, null, "The cache policy contradicts the TTL.");

    private static int ReadTimeToLive(string? header)
    {
        if (string.IsNullOrEmpty(header))
            throw new PushRefusal(400, 111, "The header TTL is missing.");
        return int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MaxTimeToLive
            ? seconds
            : throw new PushRefusal(400, 112, "The header TTL must be a number of seconds, up to 30 days.");
    }

    private static string? ReadUrgency(string? header) =>
        header is null or "very-low" or "low" or "normal" or "high"
            ? header
            : throw new PushRefusal(400, null, "The header Urgency must be very-low, low, normal or high.");

    /// <summary>Apple decodes the topic, and base64 text cannot have a length of 4n + 1.</summary>
    private static string? ReadTopic(string? header) =>
        header is null || (Base64Url().IsMatch(header) && header.Length % 4 != 1)
            ? header
            : throw new PushRefusal(400, 113, "The header Topic must be base64url text of at most 32 characters.");

    [GeneratedRegex("^[A-Za-z0-9_-]{1,32}$")]
    private static partial Regex Base64Url();
}

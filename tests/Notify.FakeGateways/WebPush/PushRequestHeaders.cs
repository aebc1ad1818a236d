using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.WebPush;

/// <summary>The headers of RFC 8030 section 5, checked.</summary>
internal sealed partial record PushRequestHeaders(int TimeToLive, string? Urgency, string? Topic, string? CachePolicy)
{
    /// <summary>30 days, the most that Mozilla takes.</summary>
    private const int MaxTimeToLive = 2_592_000;

    public static PushRequestHeaders Read(IHeaderDictionary headers)
    {
        var timeToLive = TimeToLiveOf(headers["TTL"]);
        return new(
            timeToLive,
            UrgencyOf(headers["Urgency"]),
            TopicOf(headers["Topic"]),
            CachePolicyOf(headers["X-WNS-Cache-Policy"], timeToLive)
        );
    }

    /// <summary>Windows keeps nothing that it is told not to cache.</summary>
    private static string? CachePolicyOf(string? header, int timeToLive) =>
        header is null || header == (timeToLive == 0 ? "no-cache" : "cache")
            ? header
            : throw new PushRefusal(400, null, "The cache policy contradicts the TTL.");

    private static int TimeToLiveOf(string? header)
    {
        if (string.IsNullOrEmpty(header))
            throw new PushRefusal(400, 111, "The header TTL is missing.");
        return int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MaxTimeToLive
            ? seconds
            : throw new PushRefusal(400, 112, "The header TTL is no number of seconds up to 30 days.");
    }

    private static string? UrgencyOf(string? header) =>
        header is null or "very-low" or "low" or "normal" or "high"
            ? header
            : throw new PushRefusal(400, null, "There is no such urgency.");

    /// <summary>Apple decodes it, and no base64 has a length of four and one.</summary>
    private static string? TopicOf(string? header) =>
        header is null || (Base64Url().IsMatch(header) && header.Length % 4 != 1)
            ? header
            : throw new PushRefusal(400, 113, "The header Topic is no base64url of at most 32 characters.");

    [GeneratedRegex("^[A-Za-z0-9_-]{1,32}$")]
    private static partial Regex Base64Url();
}

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Notify.Queueing;

namespace Notify.Providers.WebPush;

/// <summary>What a delivery asks of the push service: RFC 8030 section 5.</summary>
internal static class PushHeaders
{
    /// <summary>What Firebase keeps a message for; Mozilla and Apple keep it for 30 days.</summary>
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(28);

    /// <summary>Section 5.4.</summary>
    private const int MaxTopicLength = 32;

    /// <summary>So many bytes are <see cref="MaxTopicLength"/> characters of base64url.</summary>
    private const int TopicHashLength = 24;

    private static readonly SearchValues<char> Base64UrlCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    public static void Add(HttpRequestHeaders headers, Delivery delivery, DateTimeOffset now)
    {
        var kept = SecondsToLive(delivery.ExpiresAt - now);
        headers.TryAddWithoutValidation("TTL", kept.ToString(CultureInfo.InvariantCulture));
        // Windows refuses a TTL without it, or with one that contradicts it (Microsoft, "Push notification service request and
        // response headers"). The other services ignore it.
        headers.TryAddWithoutValidation("X-WNS-Cache-Policy", kept == 0 ? "no-cache" : "cache");
        headers.TryAddWithoutValidation("Urgency", UrgencyOf(delivery.Priority));
        if (delivery.CollapseKey is { } collapseKey)
            headers.TryAddWithoutValidation("Topic", TopicOf(collapseKey));
    }

    private static long SecondsToLive(TimeSpan left) =>
        (long)TimeSpan.FromTicks(Math.Clamp(left.Ticks, 0, MaxTimeToLive.Ticks)).TotalSeconds;

    // Section 5.3 has "very-low" for advertisements, which wait for power and Wi-Fi; not every broadcast is one.
    private static string UrgencyOf(Priority priority) =>
        priority switch
        {
            Priority.High => "high",
            Priority.Bulk => "low",
            _ => "normal",
        };

    private static string TopicOf(string collapseKey) =>
        IsTopic(collapseKey)
            ? collapseKey
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(collapseKey)).AsSpan(0, TopicHashLength));

    // Apple decodes a topic, and refuses one that is not whole base64 (BadWebPushTopic).
    private static bool IsTopic(string collapseKey) =>
        collapseKey.Length is > 0 and <= MaxTopicLength
        && collapseKey.Length % 4 == 0
        && !collapseKey.AsSpan().ContainsAnyExcept(Base64UrlCharacters);
}

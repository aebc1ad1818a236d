using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Providers.WebPush;

/// <summary>Adds the headers that control how the push service treats a message (RFC 8030, section 5).</summary>
internal static class PushHeaders
{
    /// <summary>
    /// The longest time that Firebase keeps a message. Mozilla and Apple keep messages for 30 days.
    /// </summary>
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(28);

    /// <summary>The maximum length of a topic (section 5.4).</summary>
    private const int MaxTopicLength = 32;

    /// <summary>The length of a hash in bytes. As base64url it has <see cref="MaxTopicLength"/> characters.</summary>
    private const int TopicHashLength = 24;

    private static readonly SearchValues<char> Base64UrlCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    public static void Add(HttpRequestHeaders headers, Delivery delivery, DateTimeOffset now)
    {
        var seconds = GetTimeToLive(delivery.ExpiresAt - now);
        headers.TryAddWithoutValidation("TTL", seconds.ToString(CultureInfo.InvariantCulture));
        // The push service of Windows refuses a TTL if this header is missing or contradicts it (Microsoft, "Push notification
        // service request and response headers"). Other services ignore it.
        headers.TryAddWithoutValidation("X-WNS-Cache-Policy", seconds == 0 ? "no-cache" : "cache");
        headers.TryAddWithoutValidation("Urgency", FormatUrgency(delivery.Priority));
        if (delivery.CollapseKey is { } collapseKey)
            headers.TryAddWithoutValidation("Topic", FormatTopic(collapseKey));
    }

    private static long GetTimeToLive(TimeSpan left) =>
        (long)TimeSpan.FromTicks(Math.Clamp(left.Ticks, 0, MaxTimeToLive.Ticks)).TotalSeconds;

    // Section 5.3 also defines "very-low", for advertisements, which are delivered only on power and Wi-Fi. Bulk notifications
    // are not necessarily advertisements.
    private static string FormatUrgency(Priority priority) =>
        priority switch
        {
            Priority.High => "high",
            Priority.Bulk => "low",
            _ => "normal",
        };

    private static string FormatTopic(string collapseKey) =>
        IsTopic(collapseKey)
            ? collapseKey
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(collapseKey)).AsSpan(0, TopicHashLength));

    // Apple's push service decodes the topic and refuses it (BadWebPushTopic) unless it is complete base64, a multiple of four
    // characters. Any other key is hashed.
    private static bool IsTopic(string collapseKey) =>
        collapseKey.Length is > 0 and <= MaxTopicLength
        && collapseKey.Length % 4 == 0
        && !collapseKey.AsSpan().ContainsAnyExcept(Base64UrlCharacters);
}

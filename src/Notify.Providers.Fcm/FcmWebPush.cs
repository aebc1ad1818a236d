using System.Buffers;
using System.Text.Json;
using Notify.Queueing;

namespace Notify.Providers.Fcm;

/// <summary>The <c>webpush</c> block: what Firebase passes on to browsers (RFC 8030).</summary>
internal static class FcmWebPush
{
    /// <summary>RFC 8030 section 5.4: a topic is at most 32 characters of the URL-safe base64 alphabet.</summary>
    private const int MaxTopicLength = 32;

    private static readonly SearchValues<char> TopicCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    public static void Write(Utf8JsonWriter writer, Delivery delivery, DateTimeOffset now)
    {
        writer.WriteStartObject("webpush"u8);
        writer.WriteStartObject("headers"u8);
        writer.WriteText("TTL"u8, FcmAndroid.SecondsLeft(delivery, now));
        writer.WriteString("Urgency"u8, UrgencyOf(delivery.Priority));
        if (delivery.CollapseKey is { } key)
            writer.WriteString("Topic"u8, TopicOf(key));
        writer.WriteEndObject();
        WriteLink(writer, delivery.Content.Push);
        writer.WriteEndObject();
    }

    // Apple, whose push service stands behind Safari, decodes a topic, and refuses one that is not whole base64.
    private static string TopicOf(string key) =>
        key.Length % 4 != 0 || key.AsSpan().ContainsAnyExcept(TopicCharacters)
            ? FcmCollapseKey.Hash(key)
            : FcmCollapseKey.Fit(key, MaxTopicLength);

    private static ReadOnlySpan<byte> UrgencyOf(Priority priority) =>
        priority switch
        {
            Priority.High => "high"u8,
            Priority.Bulk => "low"u8,
            _ => "normal"u8,
        };

    // Firebase, "WebpushFcmOptions": HTTPS is required for all links. A link into an app is for the app alone.
    private static void WriteLink(Utf8JsonWriter writer, PushContent? push)
    {
        if (push is not { IsSilent: false, Link: { } link } || !link.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return;

        writer.WriteStartObject("fcm_options"u8);
        writer.WriteString("link"u8, link);
        writer.WriteEndObject();
    }
}

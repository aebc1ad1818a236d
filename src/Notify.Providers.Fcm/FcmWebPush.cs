using System.Buffers;
using System.Text.Json;

namespace Notify.Providers.Fcm;

/// <summary>
/// Writes the <c>webpush</c> block of a message, which Firebase passes on to push services of browsers (RFC 8030).
/// </summary>
internal static class FcmWebPush
{
    /// <summary>RFC 8030, section 5.4, limits a topic to 32 characters of the URL-safe base64 alphabet.</summary>
    private const int MaxTopicLength = 32;

    private static readonly SearchValues<char> TopicCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    public static void Write(Utf8JsonWriter writer, Delivery delivery, DateTimeOffset now)
    {
        writer.WriteStartObject("webpush"u8);
        writer.WriteStartObject("headers"u8);
        writer.WriteText("TTL"u8, FcmAndroid.SecondsLeft(delivery, now));
        writer.WriteString("Urgency"u8, FormatUrgency(delivery.Priority));
        if (delivery.CollapseKey is { } key)
            writer.WriteString("Topic"u8, FormatTopic(key));
        writer.WriteEndObject();
        WriteLink(writer, delivery.Content.Push);
        writer.WriteEndObject();
    }

    // Apple's push service, which Safari uses, decodes the topic and refuses it unless it is complete base64 (a multiple of four
    // characters). Any other key is hashed.
    private static string FormatTopic(string key) =>
        key.Length % 4 != 0 || key.AsSpan().ContainsAnyExcept(TopicCharacters)
            ? FcmCollapseKey.Hash(key)
            : FcmCollapseKey.Fit(key, MaxTopicLength);

    private static ReadOnlySpan<byte> FormatUrgency(Priority priority) =>
        priority switch
        {
            Priority.High => "high"u8,
            Priority.Bulk => "low"u8,
            _ => "normal"u8,
        };

    // Firebase requires HTTPS for all links ("WebpushFcmOptions"). Other links open an app and have no meaning in a browser.
    private static void WriteLink(Utf8JsonWriter writer, PushContent? push)
    {
        if (push is not { IsSilent: false, Link: { } link } || !link.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return;

        writer.WriteStartObject("fcm_options"u8);
        writer.WriteString("link"u8, link);
        writer.WriteEndObject();
    }
}

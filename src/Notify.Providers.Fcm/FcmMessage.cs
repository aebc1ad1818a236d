using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>
/// Writes a delivery as the request of <c>projects.messages:send</c> (Firebase, "REST Resource: projects.messages").
/// </summary>
internal static class FcmMessage
{
    // Writes letters outside ASCII as UTF-8. Escaped as \uXXXX, each of them would count as six bytes towards the service's
    // limit.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Finds the reason why the service could never accept this content. Returns null if there is none.</summary>
    public static string? FindError(Content content) => FcmData.FindError(content.Data) ?? FcmOverrides.FindError(content);

    public static void Write(IBufferWriter<byte> body, Delivery delivery, bool validateOnly, DateTimeOffset now)
    {
        using var writer = new Utf8JsonWriter(body, Json);
        writer.WriteStartObject();
        if (validateOnly)
            writer.WriteBoolean("validate_only"u8, true);
        writer.WritePropertyName("message"u8);
        if (FcmOverrides.Get(delivery.Content) is { } overrides)
            JsonMergePatch.Write(writer, message => WriteMessage(message, delivery, now), overrides);
        else
            WriteMessage(writer, delivery, now);
        writer.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter writer, Delivery delivery, DateTimeOffset now)
    {
        writer.WriteStartObject();
        WriteTarget(writer, delivery.To.Value);
        WriteTexts(writer, delivery.Content);

        // A Firebase registration token does not reveal its platform, so without a registered platform every block is written.
        if (delivery.To.Platform is not (Platform.Ios or Platform.Web))
            FcmAndroid.Write(writer, delivery, now);
        if (delivery.To.Platform is not Platform.Web)
            FcmApns.Write(writer, delivery);
        if (delivery.To.Platform is not Platform.Ios)
            FcmWebPush.Write(writer, delivery, now);
        writer.WriteEndObject();
    }

    /// <summary>Writes the part of a message that is the same for every recipient and platform.</summary>
    public static void WriteShared(Utf8JsonWriter writer, Content content)
    {
        writer.WriteStartObject();
        WriteTexts(writer, content);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, Content content)
    {
        if (content.Push is not { IsSilent: true })
            WriteNotification(writer, content);
        FcmData.Write(writer, content);
    }

    private static void WriteTarget(Utf8JsonWriter writer, string address)
    {
        if (address.StartsWith(FcmRecipient.TopicPrefix, StringComparison.Ordinal))
            writer.WriteString("topic"u8, address.AsSpan(FcmRecipient.TopicPrefix.Length));
        else if (address.StartsWith(FcmRecipient.ConditionPrefix, StringComparison.Ordinal))
            writer.WriteString("condition"u8, address.AsSpan(FcmRecipient.ConditionPrefix.Length));
        else
            writer.WriteString("token"u8, address);
    }

    private static void WriteNotification(Utf8JsonWriter writer, Content content)
    {
        if (content is { Title: null, Body: null, Push: null or { ImageUrl: null } })
            return;

        writer.WriteStartObject("notification"u8);
        writer.WriteIfSet("title"u8, content.Title);
        writer.WriteIfSet("body"u8, content.Body);
        writer.WriteIfSet("image"u8, content.Push?.ImageUrl);
        writer.WriteEndObject();
    }
}

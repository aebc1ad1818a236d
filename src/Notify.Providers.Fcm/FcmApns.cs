using System.Text.Json;

namespace Notify.Providers.Fcm;

/// <summary>
/// Writes the <c>apns</c> block of a message, which Firebase passes on to Apple (Apple, "Sending notification requests to APNs").
/// </summary>
internal static class FcmApns
{
    /// <summary>Apple limits a collapse id to 64 bytes.</summary>
    private const int MaxCollapseBytes = 64;

    public static void Write(Utf8JsonWriter writer, Delivery delivery)
    {
        writer.WriteStartObject("apns"u8);
        WriteHeaders(writer, delivery);
        WriteAps(writer, delivery.Content.Push);
        writer.WriteEndObject();
    }

    // Uses the same priorities as the APNs provider: an alert is sent at once unless it is bulk. Apple refuses priority 10 for a
    // background push, and Firebase refuses it for a message that holds only data ("Set the priority of a message").
    private static void WriteHeaders(Utf8JsonWriter writer, Delivery delivery)
    {
        var push = delivery.Content.Push;
        writer.WriteStartObject("headers"u8);
        writer.WriteText("apns-expiration"u8, delivery.ExpiresAt.ToUnixTimeSeconds());
        var canWait = delivery.Priority == Priority.Bulk || HasOnlyData(delivery.Content);
        writer.WriteString("apns-priority"u8, canWait ? "5"u8 : "10"u8);
        // A badge is visible, so Apple treats it as an alert. Without the header, Firebase would send a message that has no text
        // as a background push.
        if (push is { IsSilent: true, Badge: null })
            writer.WriteString("apns-push-type"u8, "background"u8);
        else if (push is { Badge: not null } && HasNoText(delivery.Content))
            writer.WriteString("apns-push-type"u8, "alert"u8);
        if (delivery.CollapseKey is { } key)
            writer.WriteString("apns-collapse-id"u8, FcmCollapseKey.Fit(key, MaxCollapseBytes));
        writer.WriteEndObject();
    }

    private static bool HasNoText(Content content) =>
        content.Push is { IsSilent: true } || content is { Title: null, Body: null, Push: null or { ImageUrl: null } };

    private static bool HasOnlyData(Content content) =>
        content.Push is { IsSilent: true, Badge: null }
        || content is { Title: null, Body: null, Push: null or { ImageUrl: null, Badge: null, Sound: null } };

    private static void WriteAps(Utf8JsonWriter writer, PushContent? push)
    {
        if (push is null or { IsSilent: false, Badge: null, Sound: null, Thread: null, Action: null, ImageUrl: null })
            return;

        writer.WriteStartObject("payload"u8);
        writer.WriteStartObject("aps"u8);
        // Apple does not combine content-available with a badge ("Pushing background updates to your App").
        if (push is { IsSilent: true, Badge: null })
            writer.WriteNumber("content-available"u8, 1);
        if (push.Badge is { } badge)
            writer.WriteNumber("badge"u8, badge);
        if (!push.IsSilent)
            WriteAppearance(writer, push);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteAppearance(Utf8JsonWriter writer, PushContent push)
    {
        writer.WriteIfSet("sound"u8, push.Sound);
        writer.WriteIfSet("thread-id"u8, push.Thread);
        writer.WriteIfSet("category"u8, push.Action);
        if (push.ImageUrl is not null)
            writer.WriteNumber("mutable-content"u8, 1);
    }
}

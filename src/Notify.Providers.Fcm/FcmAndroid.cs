using System.Text.Json;

namespace Notify.Providers.Fcm;

/// <summary>Writes the <c>android</c> block of a message.</summary>
internal static class FcmAndroid
{
    /// <summary>
    /// The longest time that the service keeps a message, four weeks, which is also its default (Firebase, "AndroidConfig").
    /// </summary>
    public const long MaxSeconds = 28 * 24 * 60 * 60;

    public static void Write(Utf8JsonWriter writer, Delivery delivery, DateTimeOffset now)
    {
        writer.WriteStartObject("android"u8);
        writer.WriteIfSet("collapse_key"u8, delivery.CollapseKey);
        writer.WriteString("priority"u8, delivery.Priority == Priority.High ? "HIGH"u8 : "NORMAL"u8);
        if (SecondsLeft(delivery, now) is var seconds and < MaxSeconds)
            writer.WriteText("ttl"u8, seconds, "s");
        if (delivery.Content.Push is not { IsSilent: true })
            WriteNotification(writer, delivery);
        writer.WriteEndObject();
    }

    public static long SecondsLeft(Delivery delivery, DateTimeOffset now) =>
        Math.Clamp((long)(delivery.ExpiresAt - now).TotalSeconds, 0, MaxSeconds);

    // On the device, a notification replaces an earlier one with the same tag. iOS does the same by apns-collapse-id.
    private static void WriteNotification(Utf8JsonWriter writer, Delivery delivery)
    {
        var push = delivery.Content.Push;
        if (delivery.CollapseKey is null && push is null or { Sound: null, Action: null, Badge: null or 0 })
            return;
        // Android derives the badge from the notifications it shows. A badge without a text cannot be set, because the
        // notification that carries it would be shown empty.
        if (delivery.Content is { Title: null, Body: null } && push is { ImageUrl: null, Badge: not null })
            return;

        writer.WriteStartObject("notification"u8);
        writer.WriteIfSet("tag"u8, delivery.CollapseKey);
        writer.WriteIfSet("sound"u8, push?.Sound);
        writer.WriteIfSet("click_action"u8, push?.Action);
        if (push?.Badge is > 0 and var badge)
            writer.WriteNumber("notification_count"u8, badge);
        writer.WriteEndObject();
    }
}

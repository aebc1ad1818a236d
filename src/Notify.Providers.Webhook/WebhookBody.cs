using System.Buffers;
using System.Text.Json;

namespace Notify.Providers.Webhook;

/// <summary>
/// Writes the body of a delivery as the Standard Webhooks specification recommends: <c>type</c>, <c>timestamp</c> and
/// <c>data</c>.
/// </summary>
internal static class WebhookBody
{
    public static void Write(IBufferWriter<byte> body, Delivery delivery)
    {
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        writer.WriteString("type", "notification");
        writer.WriteString("timestamp", delivery.AcceptedAt.UtcDateTime);
        writer.WriteStartObject("data");
        writer.WriteString("id", delivery.Id);
        writer.WriteString("notificationId", delivery.NotificationId);
        WriteContent(writer, delivery.Content);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteContent(Utf8JsonWriter writer, Content content)
    {
        writer.WriteString("title", content.Title);
        writer.WriteString("body", content.Body);
        if (content.Html is not null)
            writer.WriteString("html", content.Html);

        writer.WriteStartObject("data");
        foreach (var (name, value) in content.Data ?? new Dictionary<string, string>())
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }
}

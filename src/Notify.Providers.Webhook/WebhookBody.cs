using System.Buffers;
using System.Text.Json;

namespace Notify.Providers.Webhook;

/// <summary>
/// Writes the body of a delivery as the Standard Webhooks specification recommends: <c>type</c>, <c>timestamp</c> and
/// <c>data</c>.
/// </summary>
internal static class WebhookBody
{
    /// <summary>The version of the form of events (docs/reference/events.md). Additions do not change it.</summary>
    private const int EventVersion = 1;

    public static void Write(IBufferWriter<byte> body, Delivery delivery)
    {
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        if (delivery.Content.Event is { } happened)
        {
            WriteEvent(writer, happened);
            writer.WriteEndObject();
            return;
        }

        writer.WriteString("type", "notification");
        writer.WriteString("timestamp", delivery.AcceptedAt.UtcDateTime);
        writer.WriteStartObject("data");
        writer.WriteString("id", delivery.Id);
        writer.WriteString("notificationId", delivery.NotificationId);
        WriteContent(writer, delivery.Content);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    // The data is copied from the JSON of the event, which has members that only a newer version knows.
    private static void WriteEvent(Utf8JsonWriter writer, NotifyEvent happened)
    {
        writer.WriteString("type", happened.Type);
        writer.WriteString("timestamp", happened.OccurredAt.UtcDateTime);
        writer.WriteNumber("version", EventVersion);
        using var json = JsonDocument.Parse(happened.ToUtf8Json());
        writer.WritePropertyName("data");
        json.RootElement.GetProperty("data").WriteTo(writer);
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

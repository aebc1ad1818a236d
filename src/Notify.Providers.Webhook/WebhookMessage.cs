using System.Globalization;
using System.Text;
using System.Text.Json;
using Notify.Queueing;

namespace Notify.Providers.Webhook;

/// <summary>
/// One delivery as the Standard Webhooks specification writes it. The signed content is <c>id.timestamp.body</c>, so it is written
/// as one piece of which the body is the end.
/// </summary>
internal sealed class WebhookMessage : IDisposable
{
    private readonly PooledBuffer _buffer = new();
    private readonly int _bodyStart;

    public WebhookMessage(Delivery delivery, DateTimeOffset now)
    {
        Id = delivery.Id.ToString();
        Timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.", _buffer);
        _bodyStart = _buffer.Written.Length;
        using var writer = new Utf8JsonWriter(_buffer);
        Write(writer, delivery);
    }

    /// <summary>The same for every attempt, so that a receiver can tell a repetition.</summary>
    public string Id { get; }

    /// <summary>The attempt's time in seconds since 1970, so that a receiver can refuse a replay.</summary>
    public string Timestamp { get; }

    public ReadOnlyMemory<byte> SignedContent => _buffer.Written;

    public ReadOnlyMemory<byte> Body => _buffer.Written[_bodyStart..];

    public void Dispose() => _buffer.Dispose();

    private static void Write(Utf8JsonWriter writer, Delivery delivery)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "notification");
        writer.WriteString("timestamp", delivery.AcceptedAt.UtcDateTime);
        writer.WriteStartObject("data");
        writer.WriteString("id", delivery.Id);
        writer.WriteString("notificationId", delivery.NotificationId);
        Write(writer, delivery.Content);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Content content)
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

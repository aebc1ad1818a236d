using System.Buffers;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>
/// Writes the JSON that the service worker receives as <c>event.data.json()</c>. The package's README documents it.
/// </summary>
internal static class PushMessage
{
    private const string Vendor = "webpush";

    public static void Write(IBufferWriter<byte> message, Delivery delivery)
    {
        using var writer = new Utf8JsonWriter(message);
        if (delivery.Content.Overrides?.TryGetValue(Vendor, out var patch) == true)
            JsonMergePatch.Write(writer, own => WriteOwn(own, delivery), patch);
        else
            WriteOwn(writer, delivery);
    }

    private static void WriteOwn(Utf8JsonWriter writer, Delivery delivery)
    {
        writer.WriteStartObject();
        writer.WriteString("id", delivery.Id);
        if (delivery.Content.Push?.IsSilent != true)
            WriteVisible(writer, delivery);
        if (delivery.Content.Push?.Badge is { } badge)
            writer.WriteNumber("appBadge", badge);
        writer.WriteStartObject("data");
        foreach (var (name, value) in delivery.Content.Data ?? new Dictionary<string, string>())
            writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteVisible(Utf8JsonWriter writer, Delivery delivery)
    {
        WriteIfSet(writer, "title", delivery.Content.Title);
        WriteIfSet(writer, "body", delivery.Content.Body);
        WriteIfSet(writer, "image", delivery.Content.Push?.ImageUrl);
        WriteIfSet(writer, "link", delivery.Content.Push?.Link);
        WriteIfSet(writer, "action", delivery.Content.Push?.Action);
        WriteIfSet(writer, "tag", delivery.CollapseKey);
    }

    private static void WriteIfSet(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}

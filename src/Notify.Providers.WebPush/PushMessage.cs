using System.Buffers;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>
/// Writes the JSON that the service worker receives as <c>event.data.json()</c>. The package's README documents it.
/// </summary>
internal static class PushMessage
{
    public const string Vendor = "webpush";

    public static void Write(IBufferWriter<byte> message, Delivery delivery) =>
        Write(message, delivery.Content, delivery.Id, delivery.CollapseKey);

    /// <summary>Writes a message.</summary>
    /// <param name="message">Receives the JSON.</param>
    /// <param name="content">The content.</param>
    /// <param name="id">The id of the delivery.</param>
    /// <param name="tag">The tag, by which the browser replaces an earlier notification; null for none.</param>
    public static void Write(IBufferWriter<byte> message, Content content, Guid id, string? tag)
    {
        using var writer = new Utf8JsonWriter(message);
        if (content.Overrides?.TryGetValue(Vendor, out var patch) == true)
            JsonMergePatch.Write(writer, own => WriteOwn(own, content, id, tag), patch);
        else
            WriteOwn(writer, content, id, tag);
    }

    private static void WriteOwn(Utf8JsonWriter writer, Content content, Guid id, string? tag)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        if (content.Push?.IsSilent != true)
            WriteVisible(writer, content, tag);
        if (content.Push?.Badge is { } badge)
            writer.WriteNumber("appBadge", badge);
        writer.WriteStartObject("data");
        foreach (var (name, value) in content.Data ?? new Dictionary<string, string>())
            writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteVisible(Utf8JsonWriter writer, Content content, string? tag)
    {
        WriteIfSet(writer, "title", content.Title);
        WriteIfSet(writer, "body", content.Body);
        WriteIfSet(writer, "image", content.Push?.ImageUrl);
        WriteIfSet(writer, "link", content.Push?.Link);
        WriteIfSet(writer, "action", content.Push?.Action);
        WriteIfSet(writer, "tag", tag);
    }

    private static void WriteIfSet(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}

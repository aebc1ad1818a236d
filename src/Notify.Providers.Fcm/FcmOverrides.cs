using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Notify.Providers.Fcm;

/// <summary>
/// <c>Content.Overrides["fcm"]</c>: an object laid over the request's <c>message</c> as a JSON merge patch (RFC 7396): members
/// that are
/// objects are merged, others replaced, <c>null</c> takes one away. It may set anything but the recipient.
/// </summary>
internal static class FcmOverrides
{
    private const string Name = "fcm";

    public static string? ErrorOf(Content content)
    {
        if (Of(content) is not { } overrides)
            return null;
        if (overrides.ValueKind != JsonValueKind.Object)
            return "the fcm override is no JSON object";
        return overrides.EnumerateObject().Any(member => member.Name is "token" or "topic" or "condition" or "name")
            ? "the fcm override names a recipient"
            : null;
    }

    public static JsonElement? Of(Content content) =>
        content.Overrides is { } overrides && overrides.TryGetValue(Name, out var value) ? value : null;

    public static JsonObject Merge(Action<Utf8JsonWriter> write, JsonElement overrides)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);

        var message = JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
        Apply(overrides, message);
        return message;
    }

    private static void Apply(JsonElement patch, JsonObject target)
    {
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                target.Remove(member.Name);
            else if (member.Value.ValueKind != JsonValueKind.Object)
                target[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            else if (target[member.Name] is JsonObject nested)
                Apply(member.Value, nested);
            else
                Apply(member.Value, (target[member.Name] = new JsonObject()).AsObject());
        }
    }
}

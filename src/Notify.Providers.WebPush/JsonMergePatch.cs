using System.Text.Json;

namespace Notify.Providers.WebPush;

/// <summary>
/// JSON Merge Patch (RFC 7396): members of the patch replace the target's, objects member by member; null takes away.
/// </summary>
internal static class JsonMergePatch
{
    public static void Write(Utf8JsonWriter writer, JsonElement target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            patch.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        if (target.ValueKind == JsonValueKind.Object)
            WriteTargets(writer, target, patch);
        foreach (var added in patch.EnumerateObject().Where(member => !Has(target, member.Name)))
            WriteMember(writer, added.Name, default, added.Value);
        writer.WriteEndObject();
    }

    private static void WriteTargets(Utf8JsonWriter writer, JsonElement target, JsonElement patch)
    {
        foreach (var member in target.EnumerateObject())
        {
            if (patch.TryGetProperty(member.Name, out var change))
                WriteMember(writer, member.Name, member.Value, change);
            else
                member.WriteTo(writer);
        }
    }

    private static void WriteMember(Utf8JsonWriter writer, string name, JsonElement target, JsonElement patch)
    {
        if (patch.ValueKind == JsonValueKind.Null)
            return;

        writer.WritePropertyName(name);
        Write(writer, target, patch);
    }

    private static bool Has(JsonElement target, string name) =>
        target.ValueKind == JsonValueKind.Object && target.TryGetProperty(name, out _);
}

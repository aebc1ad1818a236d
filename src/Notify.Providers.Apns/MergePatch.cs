using System.Text.Json;

namespace Notify.Providers.Apns;

/// <summary>JSON Merge Patch, RFC 7396: members of the patch replace, objects merge, null takes away.</summary>
internal static class MergePatch
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
        {
            foreach (var member in target.EnumerateObject())
            {
                if (!patch.TryGetProperty(member.Name, out _))
                    member.WriteTo(writer);
            }
        }

        foreach (var member in patch.EnumerateObject())
            WriteMember(writer, target, member);
        writer.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter writer, JsonElement target, JsonProperty patch)
    {
        if (patch.Value.ValueKind == JsonValueKind.Null)
            return;

        writer.WritePropertyName(patch.Name);
        JsonElement patched = default;
        if (target.ValueKind == JsonValueKind.Object)
            target.TryGetProperty(patch.Name, out patched);
        Write(writer, patched, patch.Value);
    }
}

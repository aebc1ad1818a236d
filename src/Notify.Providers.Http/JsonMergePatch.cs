using System.Buffers;
using System.Text.Json;

namespace Notify.Providers.Http;

/// <summary>
/// Applies JSON Merge Patch (RFC 7396), with which <see cref="Content.Overrides"/> change what a provider sends. Members of the
/// patch replace members of the target, objects are merged member by member, and null removes a member.
/// </summary>
public static class JsonMergePatch
{
    /// <summary>Writes a value with a patch applied.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="writeTarget">Writes the value without the patch.</param>
    /// <param name="patch">The patch.</param>
    public static void Write(Utf8JsonWriter writer, Action<Utf8JsonWriter> writeTarget, JsonElement patch)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(writeTarget);
        var buffer = new ArrayBufferWriter<byte>();
        using (var own = new Utf8JsonWriter(buffer))
            writeTarget(own);
        using var target = JsonDocument.Parse(buffer.WrittenMemory);
        Write(writer, target.RootElement, patch);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement target, JsonElement patch)
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

using System.Buffers;
using System.Text.Json;

namespace Notify.Providers.Http;

/// <summary>
/// JSON Merge Patch (RFC 7396), by which <see cref="Content.Overrides"/> are laid over what a provider sends: members of the
/// patch replace the target's, objects member by member; null takes away.
/// </summary>
public static class JsonMergePatch
{
    /// <summary>Writes a value with a patch laid over it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="writeTarget">Writes the value without the patch.</param>
    /// <param name="patch">What is laid over it.</param>
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

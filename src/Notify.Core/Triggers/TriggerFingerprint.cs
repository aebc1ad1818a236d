using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify.Core.Triggers;

/// <summary>Computes the fingerprint that triggers with the same idempotency key are compared by.</summary>
internal static partial class TriggerFingerprint
{
    /// <summary>Computes the SHA-256 hash of the trigger's body. Equal bodies have equal fingerprints.</summary>
    public static byte[] Compute(Trigger trigger)
    {
        var element = JsonSerializer.SerializeToElement(trigger, TriggerJson.Default.Trigger);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
            WriteCanonical(element, writer);
        return SHA256.HashData(buffer.WrittenSpan);
    }

    // The order of properties has no meaning in JSON, so they are sorted.
    private static void WriteCanonical(JsonElement element, Utf8JsonWriter writer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    WriteCanonical(property.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    WriteCanonical(item, writer);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
    )]
    [JsonSerializable(typeof(Trigger))]
    private sealed partial class TriggerJson : JsonSerializerContext;
}

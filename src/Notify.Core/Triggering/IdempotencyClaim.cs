using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Notify.Storage;

namespace Notify.Triggering;

/// <summary>What a store needs to apply an idempotency key: first come, first served, per tenant.</summary>
/// <param name="Key">The caller's key.</param>
/// <param name="Fingerprint">A SHA-256 over the trigger's body; equal bodies have equal fingerprints.</param>
/// <param name="ExpiresAt">The key is free again after this time.</param>
public sealed record IdempotencyClaim(string Key, ReadOnlyMemory<byte> Fingerprint, DateTimeOffset ExpiresAt)
{
    internal static IdempotencyClaim? Of(Notification notification, NotificationsOptions options)
    {
        if (notification.Trigger.IdempotencyKey is not { } key)
            return null;

        return new IdempotencyClaim(
            key,
            ComputeFingerprint(notification.Trigger),
            notification.AcceptedAt + options.IdempotencyRetention
        );
    }

    internal static byte[] ComputeFingerprint(Trigger trigger)
    {
        var element = JsonSerializer.SerializeToElement(trigger, NotifyJson.Default.Trigger);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
            WriteCanonical(element, writer);
        return SHA256.HashData(buffer.WrittenSpan);
    }

    // Two callers that build the same object with its properties in another order mean the same body.
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
}

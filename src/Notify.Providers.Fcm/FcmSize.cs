using System.Buffers;
using System.Text;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>
/// Measures what Firebase certainly counts towards its limit of 4,096 bytes: the names and values in <c>data</c> and
/// <c>notification</c> (Firebase, "About FCM messages" and "FCM error codes", MessageTooBig). How it counts the rest is not
/// documented, so the rest is not counted.
/// </summary>
internal static class FcmSize
{
    public const int MaxBytes = 4096;

    public static int CountBytes(Content content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var overrides = FcmOverrides.Get(content);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            if (overrides is { ValueKind: JsonValueKind.Object } patch)
                JsonMergePatch.Write(writer, own => FcmMessage.WriteShared(own, content), patch);
            else
                FcmMessage.WriteShared(writer, content);
        }

        using var message = JsonDocument.Parse(buffer.WrittenMemory);
        var bytes = CountTexts(message.RootElement, "data");
        // A block of a platform may replace the texts of the notification by shorter ones.
        return HasPlatform(message.RootElement) ? bytes : bytes + CountTexts(message.RootElement, "notification");
    }

    private static bool HasPlatform(JsonElement message) =>
        message.TryGetProperty("android", out _)
        || message.TryGetProperty("apns", out _)
        || message.TryGetProperty("webpush", out _);

    private static int CountTexts(JsonElement message, string name) =>
        message.TryGetProperty(name, out var block) && block.ValueKind == JsonValueKind.Object
            ? block
                .EnumerateObject()
                .Where(member => member.Value.ValueKind == JsonValueKind.String)
                .Sum(member => Encoding.UTF8.GetByteCount(member.Name) + Encoding.UTF8.GetByteCount(member.Value.GetString()!))
            : 0;
}

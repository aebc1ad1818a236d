using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Notify.Core.Jobs;

/// <summary>Writes the lines of an export.</summary>
internal static class ExportLines
{
    /// <summary>Gets the format of lines, which has the characters of other alphabets as they are.</summary>
    public static ExportJson Format { get; } =
        new(new JsonSerializerOptions(ExportJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static ReadOnlyMemory<byte> Write<TLine>(IEnumerable<TLine> lines, JsonTypeInfo<TLine> type)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = type.Options.Encoder });
        foreach (var line in lines)
        {
            JsonSerializer.Serialize(writer, line, type);
            writer.Flush();
            output.Write("\n"u8);
            writer.Reset();
        }

        return output.WrittenMemory;
    }
}

/// <summary>A user as an import reads it. The tenant is left out, so that another tenant can import the line.</summary>
internal sealed record ExportedUser(
    string Id,
    IReadOnlyDictionary<string, string> Addresses,
    string? Locale,
    string? TimeZone,
    QuietHours? QuietHours,
    JsonElement? Properties
)
{
    public static ExportedUser Create(User user) =>
        new(user.Id, user.Addresses, user.Locale, user.TimeZone, user.QuietHours, user.Properties);
}

/// <summary>A device as an import reads it.</summary>
internal sealed record ExportedDevice(
    string UserId,
    string Id,
    Platform Platform,
    string Token,
    string? App,
    string? Locale,
    string? TimeZone,
    DateTimeOffset RegisteredAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? PrunedAt,
    string? PruneReason
)
{
    public static ExportedDevice Create(Device device) =>
        new(
            device.UserId,
            device.Id,
            device.Platform,
            device.Token,
            device.App,
            device.Locale,
            device.TimeZone,
            device.RegisteredAt,
            device.LastSeenAt,
            device.PrunedAt,
            device.PruneReason
        );
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ExportedUser))]
[JsonSerializable(typeof(ExportedDevice))]
[JsonSerializable(typeof(PersonalData))]
[JsonSerializable(typeof(PersonalPosition))]
internal sealed partial class ExportJson : JsonSerializerContext;

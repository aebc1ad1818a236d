using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Notify;

/// <summary>
/// A JSON converter for events. It is public because source-generated serialization code for types that contain an event refers
/// to it.
/// </summary>
public sealed class NotifyEventJsonConverter : JsonConverter<NotifyEvent>
{
    /// <inheritdoc/>
    public override NotifyEvent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        NotifyEventForm.Read(JsonElement.ParseValue(ref reader));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, NotifyEvent value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteRawValue(value.ToUtf8Json().Span, skipInputValidation: true);
    }
}

/// <summary>
/// The form of events in JSON. Other systems read it: members and types may be added, and none may change
/// (docs/reference/events.md).
/// </summary>
internal static class NotifyEventForm
{
    private const int UsualLength = 512;

    public static byte[] Write(NotifyEvent happened)
    {
        var buffer = new ArrayBufferWriter<byte>(UsualLength);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, happened.Id);
            writer.WriteString("type"u8, happened.Type);
            writer.WriteString("occurredAt"u8, happened.OccurredAt);
            writer.WriteString("tenant"u8, happened.Tenant);
            writer.WritePropertyName("data"u8);
            Write(writer, happened.Data);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static NotifyEvent Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var root = JsonElement.ParseValue(ref reader);
        // Fails if anything but white space follows.
        reader.Read();
        return Read(root);
    }

    public static NotifyEvent Read(JsonElement root)
    {
        var type = ReadText(root, "type");
        if (
            !NotifyEventTypes.IsValid(type)
            || !Guid.TryParse(ReadText(root, "id"), out var id)
            || ReadText(root, "tenant") is not { } tenant
            || ReadText(root, "occurredAt") is null
            || !root.GetProperty("occurredAt").TryGetDateTimeOffset(out var occurredAt)
            || !root.TryGetProperty("data", out var data)
        )
            throw new JsonException("This is not an event: it needs id, type, occurredAt, tenant and data.");

        return new NotifyEvent
        {
            Id = id,
            Type = type!,
            OccurredAt = occurredAt,
            Tenant = tenant,
            Data = ReadData(type!, data),
        }.WithJson(ToLine(root));
    }

    private static string? ReadText(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // Data of a known type that a newer version writes in another form must not make the rest of the event unreadable.
    private static NotifyEventData ReadData(string type, JsonElement data)
    {
        try
        {
            if (FindForm(type) is { } form && data.Deserialize(form) is NotifyEventData known)
                return known;
        }
        catch (JsonException) { }

        return new UnknownEventData { Json = data.Clone() };
    }

    private static JsonTypeInfo? FindForm(string type) =>
        type switch
        {
            NotifyEventTypes.NotificationAccepted => EventDataJson.Default.NotificationAcceptedData,
            NotifyEventTypes.NotificationCancelled => EventDataJson.Default.NotificationCancelledData,
            NotifyEventTypes.DeliverySent
            or NotifyEventTypes.DeliveryFailed
            or NotifyEventTypes.DeliveryRetried
            or NotifyEventTypes.DeliveryPostponed
            or NotifyEventTypes.DeliveryCancelled => EventDataJson.Default.DeliveryEventData,
            NotifyEventTypes.DeviceRegistered
            or NotifyEventTypes.DeviceUpdated
            or NotifyEventTypes.DevicePruned
            or NotifyEventTypes.DeviceRemoved => EventDataJson.Default.DeviceEventData,
            NotifyEventTypes.InboxChanged => EventDataJson.Default.InboxEventData,
            NotifyEventTypes.SubscriptionTest => EventDataJson.Default.SubscriptionTestData,
            _ => NotifyEventTypes.IsReceipt(type) ? EventDataJson.Default.ReceiptEventData : null,
        };

    private static void Write(Utf8JsonWriter writer, NotifyEventData data)
    {
        if (data is UnknownEventData unknown)
            unknown.Json.WriteTo(writer);
        else
            JsonSerializer.Serialize(writer, data, EventDataJson.Default.GetTypeInfo(data.GetType())!);
    }

    // An event must fit on a line of the stream of events. A line break can only be white space between tokens.
    private static byte[] ToLine(JsonElement root)
    {
        var json = JsonMarshal.GetRawUtf8Value(root);
        if (json.IndexOfAny((byte)'\n', (byte)'\r') < 0)
            return json.ToArray();

        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(buffer))
            root.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NotificationAcceptedData))]
[JsonSerializable(typeof(NotificationCancelledData))]
[JsonSerializable(typeof(DeliveryEventData))]
[JsonSerializable(typeof(ReceiptEventData))]
[JsonSerializable(typeof(DeviceEventData))]
[JsonSerializable(typeof(InboxEventData))]
[JsonSerializable(typeof(SubscriptionTestData))]
internal sealed partial class EventDataJson : JsonSerializerContext;

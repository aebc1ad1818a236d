using System.Text.Json.Serialization;

namespace Notify.Transport.Kafka.Events;

/// <summary>
/// The events' form on the wire. Other systems read it: fields may be added, and none may change (docs/reference/kafka.md).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NotificationEvent))]
[JsonSerializable(typeof(DeviceEvent))]
[JsonSerializable(typeof(DeliveryEvent))]
internal sealed partial class EventJson : JsonSerializerContext;

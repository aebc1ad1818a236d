using System.Text.Json.Serialization;
using Notify.Analytics;
using Notify.Recipients;
using Notify.Triggering;

namespace Notify.Transport.Kafka;

/// <summary>
/// The wire format of events. Other systems read it, so fields may be added, and no field may change (docs/kafka.md).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NotificationEvent))]
[JsonSerializable(typeof(DeviceEvent))]
[JsonSerializable(typeof(DeliveryEvent))]
internal sealed partial class EventJson : JsonSerializerContext;

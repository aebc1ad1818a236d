using System.Text.Json.Serialization;

namespace Notify;

/// <summary>
/// The priority of a delivery. Deliveries of each priority wait in a separate lane. The lanes share the providers by weight, so
/// that none can starve another.
/// </summary>
[JsonConverter(typeof(PriorityJsonConverter))]
public enum Priority
{
    /// <summary>High priority, for messages that someone is waiting for, such as one-time codes and alarms.</summary>
    [JsonStringEnumMemberName("high")]
    High,

    /// <summary>Normal priority, the default.</summary>
    [JsonStringEnumMemberName("normal")]
    Normal,

    /// <summary>Bulk priority, for campaigns and broadcasts.</summary>
    [JsonStringEnumMemberName("bulk")]
    Bulk,
}

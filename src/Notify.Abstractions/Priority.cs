using System.Text.Json.Serialization;

namespace Notify;

/// <summary>The lane a delivery waits in. Lanes share the providers by weight, so none can starve another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Priority>))]
public enum Priority
{
    /// <summary>Somebody waits for it: one-time codes, alarms.</summary>
    [JsonStringEnumMemberName("high")]
    High,

    /// <summary>The default.</summary>
    [JsonStringEnumMemberName("normal")]
    Normal,

    /// <summary>Campaigns and broadcasts.</summary>
    [JsonStringEnumMemberName("bulk")]
    Bulk,
}

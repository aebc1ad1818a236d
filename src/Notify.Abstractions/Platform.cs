using System.Text.Json.Serialization;

namespace Notify;

/// <summary>Whose push service a push token belongs to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Platform>))]
public enum Platform
{
    /// <summary>A Firebase Cloud Messaging registration token.</summary>
    [JsonStringEnumMemberName("android")]
    Android,

    /// <summary>An Apple Push Notification service device token.</summary>
    [JsonStringEnumMemberName("ios")]
    Ios,

    /// <summary>A Web Push subscription, as the browser's JSON.</summary>
    [JsonStringEnumMemberName("web")]
    Web,
}

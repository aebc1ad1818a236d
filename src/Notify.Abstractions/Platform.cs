using System.Text.Json.Serialization;

namespace Notify;

/// <summary>The platform whose push service issued a push token.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Platform>))]
public enum Platform
{
    /// <summary>Android. The token is a Firebase Cloud Messaging registration token.</summary>
    [JsonStringEnumMemberName("android")]
    Android,

    /// <summary>iOS. The token is an Apple Push Notification service device token.</summary>
    [JsonStringEnumMemberName("ios")]
    Ios,

    /// <summary>Web browsers. The token is a Web Push subscription in the browser's JSON format.</summary>
    [JsonStringEnumMemberName("web")]
    Web,
}

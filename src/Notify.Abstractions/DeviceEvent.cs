using System.Text.Json.Serialization;

namespace Notify;

/// <summary>An event that reports a change to a device. It contains no push token.</summary>
public sealed record DeviceEvent
{
    /// <summary>Gets the kind of change.</summary>
    public required DeviceEventKind Kind { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the device; null if a vendor reported a dead token whose device is unknown.</summary>
    public string? DeviceId { get; init; }

    /// <summary>Gets the ID of the user who is signed in on the device; null if unknown.</summary>
    public string? UserId { get; init; }

    /// <summary>Gets the platform of the device; null if unknown.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Gets the app; null if the tenant has only one app.</summary>
    public string? App { get; init; }

    /// <summary>Gets the vendor's reason; null except for <see cref="DeviceEventKind.Pruned"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the time of the change.</summary>
    public required DateTimeOffset At { get; init; }

    internal static DeviceEvent Create(DeviceEventKind kind, Device device, DateTimeOffset at) =>
        new()
        {
            Kind = kind,
            Tenant = device.Tenant,
            DeviceId = device.Id,
            UserId = device.UserId,
            Platform = device.Platform,
            App = device.App,
            At = at,
        };
}

/// <summary>The kind of change to a device.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeviceEventKind>))]
public enum DeviceEventKind
{
    /// <summary>The device was registered, or its app registered it again.</summary>
    [JsonStringEnumMemberName("registered")]
    Registered,

    /// <summary>A vendor reported that the token is no longer valid.</summary>
    [JsonStringEnumMemberName("pruned")]
    Pruned,

    /// <summary>The application removed the device.</summary>
    [JsonStringEnumMemberName("removed")]
    Removed,
}

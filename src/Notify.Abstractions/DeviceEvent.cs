using System.Text.Json.Serialization;

namespace Notify;

/// <summary>What happened to a device, for those who watch. It carries no push token.</summary>
public sealed record DeviceEvent
{
    /// <summary>What happened.</summary>
    public required DeviceEventKind Kind { get; init; }

    /// <summary>On whose behalf.</summary>
    public required string Tenant { get; init; }

    /// <summary>The device's id; null where a vendor said that a token is dead and it is not known whose.</summary>
    public string? DeviceId { get; init; }

    /// <summary>The user who is signed in there; null where it is not known.</summary>
    public string? UserId { get; init; }

    /// <summary>Whose push service the device uses; null where it is not known.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The app; null where a tenant has one app.</summary>
    public string? App { get; init; }

    /// <summary>What the vendor said; null for all but <see cref="DeviceEventKind.Pruned"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>When.</summary>
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

/// <summary>What can happen to a device.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeviceEventKind>))]
public enum DeviceEventKind
{
    /// <summary>It was registered, or its app registered it once more.</summary>
    [JsonStringEnumMemberName("registered")]
    Registered,

    /// <summary>A vendor said that its token is dead.</summary>
    [JsonStringEnumMemberName("pruned")]
    Pruned,

    /// <summary>The application removed it.</summary>
    [JsonStringEnumMemberName("removed")]
    Removed,
}

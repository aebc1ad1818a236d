using System.Text.Json.Serialization;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>A page of a user's devices.</summary>
internal sealed record DevicesView(IReadOnlyList<DeviceView> Items, string? Next);

/// <summary>A device. Only the last characters of its token are shown.</summary>
internal sealed record DeviceView(
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
    public static DeviceView Create(Device device) =>
        new(
            device.Id,
            device.Platform,
            PushToken.Mask(device.Token),
            device.App,
            device.Locale,
            device.TimeZone,
            device.RegisteredAt,
            device.LastSeenAt,
            device.PrunedAt,
            device.PruneReason
        );
}

/// <summary>The warnings about an item that was changed.</summary>
internal sealed record WarningsView(IReadOnlyList<FieldWarning> Warnings);

/// <summary>The preferences of a user, and the warnings about those that were changed.</summary>
internal sealed record PreferencesView(IReadOnlyList<Preference> Items, IReadOnlyList<FieldWarning>? Warnings = null);

/// <summary>A page of users.</summary>
internal sealed record UsersView(IReadOnlyList<User> Items, string? Next);

/// <summary>A page of topics that have or had subscribers.</summary>
internal sealed record TopicsView(IReadOnlyList<TopicView> Items, string? Next);

internal sealed record TopicView(string Name);

/// <summary>A page of a topic's subscribers and their total number.</summary>
internal sealed record SubscribersView(long Count, IReadOnlyList<SubscriberView> Items, string? Next);

internal sealed record SubscriberView(string User);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(WarningsView))]
[JsonSerializable(typeof(UsersView))]
[JsonSerializable(typeof(PreferencesView))]
[JsonSerializable(typeof(DeviceView))]
[JsonSerializable(typeof(TopicsView))]
[JsonSerializable(typeof(DevicesView))]
[JsonSerializable(typeof(SubscribersView))]
[JsonSerializable(typeof(object))]
internal sealed partial class RecipientsJson : JsonSerializerContext;

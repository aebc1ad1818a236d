using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Recipients;

/// <summary>A profile to save. The path has its ID, and a header its tenant.</summary>
internal sealed record UserBody(
    IReadOnlyDictionary<string, string>? Addresses,
    string? Locale,
    string? TimeZone,
    QuietHours? QuietHours,
    System.Text.Json.JsonElement? Properties
);

/// <summary>Preferences to change.</summary>
internal sealed record PreferencesBody(IReadOnlyList<PreferenceChange> Items, PreferenceSource Source);

/// <summary>A device to register; without the platform, the token and the app, a device to update.</summary>
internal sealed record DeviceBody(Platform? Platform, string? Token, string? App, string? Locale, string? TimeZone);

/// <summary>Users to subscribe or unsubscribe.</summary>
internal sealed record SubscribersBody(IReadOnlyList<string> Users);

internal sealed record WarningsAnswer(IReadOnlyList<FieldWarning> Warnings);

internal sealed record PreferencesAnswer(IReadOnlyList<Preference> Items, IReadOnlyList<FieldWarning>? Warnings);

internal sealed record DeviceAnswer(
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
    public Device CreateDevice(string tenant, string userId) =>
        new()
        {
            Tenant = tenant,
            UserId = userId,
            Id = Id,
            Platform = Platform,
            Token = Token,
            App = App,
            Locale = Locale,
            TimeZone = TimeZone,
            RegisteredAt = RegisteredAt,
            LastSeenAt = LastSeenAt,
            PrunedAt = PrunedAt,
            PruneReason = PruneReason,
        };
}

internal sealed record TopicAnswer(string Name);

internal sealed record SubscriberAnswer(string User);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(PreferencesBody))]
[JsonSerializable(typeof(DeviceBody))]
[JsonSerializable(typeof(SubscribersBody))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(WarningsAnswer))]
[JsonSerializable(typeof(PreferencesAnswer))]
[JsonSerializable(typeof(DeviceAnswer))]
[JsonSerializable(typeof(PageAnswer<User>))]
[JsonSerializable(typeof(PageAnswer<DeviceAnswer>))]
[JsonSerializable(typeof(PageAnswer<TopicAnswer>))]
[JsonSerializable(typeof(PageAnswer<SubscriberAnswer>))]
internal sealed partial class RecipientJson : JsonSerializerContext;

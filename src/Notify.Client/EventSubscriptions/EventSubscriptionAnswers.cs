using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.EventSubscriptions;

/// <summary>A subscription to create or to replace.</summary>
internal sealed record SubscriptionBody(
    string Url,
    IReadOnlyList<string> Types,
    string? Description,
    bool Enabled,
    string? Provider
)
{
    public static SubscriptionBody Create(EventSubscriptionDraft draft) =>
        new(draft.Url, draft.Types, draft.Description, draft.IsEnabled, draft.Provider);

    // A record would write the URL.
    public override string ToString() => nameof(SubscriptionBody);
}

internal sealed record SubscriptionAnswer(
    Guid Id,
    string Url,
    IReadOnlyList<string> Types,
    string? Description,
    bool Enabled,
    string? DisabledBecause,
    string Provider,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public EventSubscription CreateSubscription(string tenant) =>
        new()
        {
            Id = Id,
            Tenant = tenant,
            Url = Url,
            Types = Types,
            Description = Description,
            IsEnabled = Enabled,
            DisabledBecause = DisabledBecause,
            Provider = Provider,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };

    // A record would write the URL.
    public override string ToString() => $"{Id}";
}

internal sealed record IssuedSubscriptionAnswer(SubscriptionAnswer Subscription, string Secret, DateTimeOffset? PreviousUntil)
{
    public IssuedEventSubscription CreateIssued(string tenant, string? version) =>
        new()
        {
            Subscription = Subscription.CreateSubscription(tenant),
            Version = version ?? "",
            Secret = Secret,
            PreviousUntil = PreviousUntil,
        };

    // A record would write the secret.
    public override string ToString() => $"{Subscription.Id}";
}

internal sealed record SentTestAnswer(Guid NotificationId);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SubscriptionBody))]
[JsonSerializable(typeof(SubscriptionAnswer))]
[JsonSerializable(typeof(IssuedSubscriptionAnswer))]
[JsonSerializable(typeof(SentTestAnswer))]
[JsonSerializable(typeof(PageAnswer<SubscriptionAnswer>))]
internal sealed partial class EventSubscriptionJson : JsonSerializerContext;

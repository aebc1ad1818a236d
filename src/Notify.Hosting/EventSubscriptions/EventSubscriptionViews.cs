using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Notify.Hosting.EventSubscriptions;

/// <summary>A subscription, as the API shows it.</summary>
internal sealed record EventSubscriptionView(
    Guid Id,
    string Url,
    IReadOnlyList<string> Types,
    string? Description,
    bool Enabled,
    [property: Description("Why Notify disabled the subscription.")] string? DisabledBecause,
    string Provider,
    [property: Description("The version of the form of the events.")] int Version,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    private const int EventVersion = 1;

    public static EventSubscriptionView Create(EventSubscription subscription) =>
        new(
            subscription.Id,
            subscription.Url,
            subscription.Types,
            subscription.Description,
            subscription.IsEnabled,
            subscription.DisabledBecause,
            subscription.Provider,
            EventVersion,
            subscription.CreatedAt,
            subscription.UpdatedAt
        );

    // A record would write the URL.
    public override string ToString() => $"{Id}";
}

/// <summary>A subscription with the secret of its endpoint.</summary>
internal sealed record IssuedEventSubscriptionView(
    EventSubscriptionView Subscription,
    [property: Description("What the receiver verifies events with.")] string Secret,
    [property: Description("The time until which events are also signed with the previous secret.")] DateTimeOffset? PreviousUntil
)
{
    public static IssuedEventSubscriptionView Create(IssuedEventSubscription issued) =>
        new(EventSubscriptionView.Create(issued.Subscription), issued.Secret, issued.PreviousUntil);

    // A record would write the secret.
    public override string ToString() => $"{Subscription.Id}";
}

/// <summary>A page of subscriptions.</summary>
internal sealed record EventSubscriptionsView(IReadOnlyList<EventSubscriptionView> Items, string? Next);

/// <summary>A test event that is on its way.</summary>
internal sealed record SentTestView(
    [property: Description("The notification that carries the event. Its delivery shows whether the endpoint accepted it.")]
        Guid NotificationId
);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(EventSubscriptionView))]
[JsonSerializable(typeof(IssuedEventSubscriptionView))]
[JsonSerializable(typeof(EventSubscriptionsView))]
[JsonSerializable(typeof(SentTestView))]
internal sealed partial class EventSubscriptionsJson : JsonSerializerContext;

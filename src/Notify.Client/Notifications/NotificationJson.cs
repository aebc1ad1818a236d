using System.Text.Json.Serialization;
using Notify.Client.Calls;

namespace Notify.Client.Notifications;

/// <summary>Dead letters to replay.</summary>
internal sealed record ReplayBody
{
    public IReadOnlyList<Guid>? Ids { get; init; }

    public string? Provider { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public bool All { get; init; }

    public bool DryRun { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }
}

internal sealed record ReplayAnswer(long Count);

/// <summary>A page of the counts of deliveries, with the period.</summary>
internal sealed record CountsAnswer(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<CountAnswer> Items, string? Next)
    : IPageAnswer;

internal sealed record CountAnswer(DateTimeOffset Minute, Channel Channel, string Provider, DeliveryState State, long Count);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(ReplayAnswer))]
[JsonSerializable(typeof(CountsAnswer))]
[JsonSerializable(typeof(NotificationAnswer))]
[JsonSerializable(typeof(PageAnswer<NotificationAnswer>))]
[JsonSerializable(typeof(PageAnswer<DeliveryAnswer>))]
internal sealed partial class NotificationJson : JsonSerializerContext;

namespace Notify;

/// <summary>An event that reports the acceptance of a notification. It contains no address and no content.</summary>
public sealed record NotificationEvent
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>
    /// Gets the ID of the recipient; null if the notification is for several recipients, a topic or a direct address.
    /// </summary>
    public string? UserId { get; init; }

    /// <summary>Gets the priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Gets the number of deliveries that were stored with the notification.</summary>
    public required int Deliveries { get; init; }

    /// <summary>Gets the number of topics whose subscribers' deliveries are created afterwards.</summary>
    public required int Expansions { get; init; }

    /// <summary>Gets the time at which the notification was accepted.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Gets the reference of the notification; see <see cref="Trigger.Reference"/>.</summary>
    public string? Reference { get; init; }

    /// <summary>Gets the tags of the notification; see <see cref="Trigger.Tags"/>.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Gets the metadata of the notification; see <see cref="Trigger.Metadata"/>.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

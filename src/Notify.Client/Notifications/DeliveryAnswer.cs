using Notify.Providers;

namespace Notify.Client.Notifications;

/// <summary>A delivery with its attempts and receipts.</summary>
internal sealed record DeliveryAnswer(
    Guid Id,
    Guid NotificationId,
    string? User,
    Channel Channel,
    string Address,
    Platform? Platform,
    string Provider,
    int? FallbackStep,
    DeliveryState State,
    DateTimeOffset? DueAt,
    DateTimeOffset? EndedAt,
    bool? InFlight,
    string? Reason,
    IReadOnlyList<AttemptAnswer> Attempts,
    IReadOnlyList<ReceiptAnswer> Receipts
)
{
    /// <summary>Creates the record that an application which embeds Notify gets, as far as the service shows it.</summary>
    /// <param name="notification">
    /// The notification. For a dead letter, which the service shows without it, only the tenant is known.
    /// </param>
    public DeliveryRecord CreateRecord(DeliveryOwner notification) =>
        new()
        {
            Delivery = CreateDelivery(notification),
            State = State,
            DueAt = DueAt,
            EndedAt = EndedAt,
            Reason = Reason,
            Attempts = [.. Attempts.Select(attempt => attempt.CreateAttempt())],
            Receipts = [.. Receipts.Select(receipt => receipt.CreateReceipt(Id))],
            IsInFlight = InFlight == true,
        };

    private Delivery CreateDelivery(DeliveryOwner notification) =>
        new()
        {
            Id = Id,
            NotificationId = NotificationId,
            Tenant = notification.Trigger.Tenant,
            Priority = notification.Trigger.Priority,
            To = new Address(Channel, Address) { Platform = Platform },
            Provider = Provider,
            Content = new Content(),
            ContentIndex = 0,
            UserId = User,
            Category = notification.Trigger.Category,
            Template = notification.Trigger.Template,
            Workflow = notification.Trigger.Workflow,
            Reference = notification.Trigger.Reference,
            Tags = notification.Trigger.Tags,
            Metadata = notification.Trigger.Metadata,
            CollapseKey = notification.Trigger.CollapseKey,
            Fallback = FallbackStep is { } step ? new FallbackPlace(Guid.Empty, step) : null,
            AcceptedAt = notification.AcceptedAt,
            DueAt = DueAt ?? default,
            ExpiresAt = notification.ExpiresAt,
        };
}

/// <summary>The notification of a delivery.</summary>
internal sealed record DeliveryOwner(Trigger Trigger, DateTimeOffset AcceptedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>Creates the owner of dead letters, of which only the tenant is known.</summary>
    public static DeliveryOwner Create(string tenant) => new(new Trigger { Tenant = tenant, To = [] }, default, default);
}

/// <summary>An attempt.</summary>
internal sealed record AttemptAnswer(
    string Provider,
    DateTimeOffset StartedAt,
    double DurationMs,
    OutcomeKind Outcome,
    string? Reason,
    string? ProviderMessageId,
    Cost? Cost
)
{
    public Attempt CreateAttempt() =>
        new()
        {
            Provider = Provider,
            StartedAt = StartedAt,
            Duration = TimeSpan.FromMilliseconds(DurationMs),
            Outcome = Outcome,
            Reason = Reason,
            ProviderMessageId = ProviderMessageId,
            Cost = Cost,
        };
}

/// <summary>A receipt.</summary>
internal sealed record ReceiptAnswer(ReceiptKind Kind, DateTimeOffset At, string? Detail)
{
    public Receipt CreateReceipt(Guid deliveryId) => new(deliveryId, Kind, At) { Detail = Detail };
}

using System.Text.Json;
using Notify.Providers;

namespace Notify.Core.Jobs;

/// <summary>A line of the export of a user. One of the properties after <see cref="Kind"/> is set.</summary>
internal sealed record PersonalData(string Kind)
{
    public ExportedUser? User { get; init; }

    public IReadOnlyList<Preference>? Preferences { get; init; }

    public ExportedDevice? Device { get; init; }

    public string? Topic { get; init; }

    public PersonalInboxItem? Item { get; init; }

    public PersonalNotification? Notification { get; init; }

    public PersonalDelivery? Delivery { get; init; }

    public AuditRecord? Record { get; init; }
}

/// <summary>An item in the inbox of the user.</summary>
internal sealed record PersonalInboxItem(
    Guid Id,
    Guid NotificationId,
    string? Category,
    Content Content,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadAt,
    DateTimeOffset? ArchivedAt
)
{
    public static PersonalInboxItem Create(InboxItem item) =>
        new(item.Id, item.NotificationId, item.Category, item.Content, item.CreatedAt, item.ReadAt, item.ArchivedAt);
}

/// <summary>
/// A notification as far as it concerns the user. Other recipients, and data that may be about them, are left out.
/// </summary>
internal sealed record PersonalNotification(
    Guid Id,
    DateTimeOffset AcceptedAt,
    DateTimeOffset ExpiresAt,
    string? Workflow,
    string? Template,
    string? Category,
    string? Reference,
    IReadOnlyList<string>? Tags,
    JsonElement? Data,
    JsonElement? UserData
)
{
    public static PersonalNotification Create(NotificationSummary summary, string userId)
    {
        var trigger = summary.Trigger;
        var named = trigger.To.FirstOrDefault(recipient => recipient.Kind == RecipientKind.User && recipient.Value == userId);
        var isOnlyRecipient = named is not null && trigger.To.Count == 1;
        return new(
            summary.Id,
            summary.AcceptedAt,
            summary.ExpiresAt,
            trigger.Workflow,
            trigger.Template,
            trigger.Category,
            trigger.Reference,
            trigger.Tags,
            isOnlyRecipient ? trigger.DataElement : null,
            named?.DataElement
        );
    }
}

/// <summary>A delivery to the user, with its content as far as it is still stored.</summary>
internal sealed record PersonalDelivery(
    Guid Id,
    Guid NotificationId,
    Channel Channel,
    string Address,
    string? DeviceId,
    string? Topic,
    string Provider,
    DeliveryState State,
    DateTimeOffset AcceptedAt,
    string? Reason,
    Content Content,
    IReadOnlyList<PersonalAttempt> Attempts,
    IReadOnlyList<PersonalReceipt> Receipts
)
{
    public static PersonalDelivery Create(DeliveryRecord record) =>
        new(
            record.Delivery.Id,
            record.Delivery.NotificationId,
            record.Delivery.Channel,
            record.Delivery.To.Value,
            record.Delivery.DeviceId,
            record.Delivery.Topic,
            record.Delivery.Provider,
            record.State,
            record.Delivery.AcceptedAt,
            record.Reason,
            record.Delivery.Content,
            [
                .. record.Attempts.Select(attempt => new PersonalAttempt(
                    attempt.Provider,
                    attempt.StartedAt,
                    attempt.Outcome,
                    attempt.Reason,
                    attempt.ProviderMessageId
                )),
            ],
            [.. record.Receipts.Select(receipt => new PersonalReceipt(receipt.Kind, receipt.At, receipt.Detail))]
        );
}

internal sealed record PersonalAttempt(
    string Provider,
    DateTimeOffset StartedAt,
    OutcomeKind Outcome,
    string? Reason,
    string? ProviderMessageId
);

internal sealed record PersonalReceipt(ReceiptKind Kind, DateTimeOffset At, string? Detail);

/// <summary>The place at which the export of a user continues.</summary>
internal sealed record PersonalPosition(PersonalSection Section)
{
    /// <summary>Gets the last inbox item, notification or audit record that was handled; null for none.</summary>
    public Guid? Id { get; init; }

    /// <summary>Gets the creation time of the last inbox item.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Gets the last delivery that was read of the notification after <see cref="Id"/>; null for none.</summary>
    public Guid? Delivery { get; init; }

    /// <summary>Gets whether one of the deliveries that were read belongs to the user.</summary>
    public bool IsFound { get; init; }
}

/// <summary>The parts of the export of a user, in their order.</summary>
internal enum PersonalSection
{
    Profile,
    Inbox,
    Archive,
    Count,
    Notifications,
    Audit,
}

using System.Text.Json;
using Notify.Providers;

namespace Notify;

/// <summary>The data of an event. Newer versions may add properties.</summary>
public abstract record NotifyEventData
{
    private protected NotifyEventData() { }
}

/// <summary>The data of <c>notification.accepted</c>.</summary>
public sealed record NotificationAcceptedData : NotifyEventData
{
    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>
    /// Gets the ID of the recipient; null if the notification is for several recipients, a topic or a direct address.
    /// </summary>
    public string? User { get; init; }

    /// <summary>Gets the priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Gets the number of deliveries that were stored with the notification.</summary>
    public required int Deliveries { get; init; }

    /// <summary>Gets the number of topics whose subscribers' deliveries are created afterwards.</summary>
    public required int Topics { get; init; }

    /// <summary>Gets the name of the template; null if there is none.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the name of the workflow; null if there is none.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the category; null if there is none.</summary>
    public string? Category { get; init; }

    /// <summary>Gets the reference of the notification; see <see cref="Trigger.Reference"/>.</summary>
    public string? Reference { get; init; }

    /// <summary>Gets the tags of the notification; see <see cref="Trigger.Tags"/>.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Gets the metadata of the notification; see <see cref="Trigger.Metadata"/>.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>The data of <c>notification.cancelled</c>: the counts of <see cref="Cancellation"/>.</summary>
public sealed record NotificationCancelledData : NotifyEventData
{
    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the number of deliveries that were cancelled.</summary>
    public required long Cancelled { get; init; }

    /// <summary>Gets the number of deliveries with an attempt in flight. They continue.</summary>
    public required long InFlight { get; init; }

    /// <summary>Gets the number of deliveries and collected events that had already ended.</summary>
    public required long Ended { get; init; }

    /// <summary>Gets the number of events that were removed from open digests.</summary>
    public required long Collected { get; init; }
}

/// <summary>The data of <c>delivery.*</c>: the settlement of a delivery.</summary>
public sealed record DeliveryEventData : NotifyEventData
{
    /// <summary>Gets the ID of the notification.</summary>
    public required Guid NotificationId { get; init; }

    /// <summary>Gets the ID of the delivery.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>Gets the ID of the user who receives the delivery; null for a direct address.</summary>
    public string? User { get; init; }

    /// <summary>Gets the channel.</summary>
    public required Channel Channel { get; init; }

    /// <summary>Gets the name of the provider that made the attempt, or that will make the next one.</summary>
    public required string Provider { get; init; }

    /// <summary>
    /// Gets the new state of the delivery. <see cref="DeliveryState.Pending"/> means that it will be tried again.
    /// </summary>
    public required DeliveryState State { get; init; }

    /// <summary>Gets the outcome of the attempt; null if no attempt was made.</summary>
    public OutcomeKind? Outcome { get; init; }

    /// <summary>Gets why the delivery ended or is waiting; null if it was sent.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the time at which the delivery falls due again; null if it has ended.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Gets the name of the template; null if there is none.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the name of the workflow; null if there is none.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the category; null if there is none.</summary>
    public string? Category { get; init; }

    /// <summary>
    /// Gets the cost that the vendor reports or that <see cref="ProviderOptions.Price"/> determines; null if it is unknown.
    /// </summary>
    public Cost? Cost { get; init; }

    /// <summary>Gets the reference of the notification; see <see cref="Trigger.Reference"/>.</summary>
    public string? Reference { get; init; }

    /// <summary>Gets the tags of the notification; see <see cref="Trigger.Tags"/>.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Gets the metadata of the notification; see <see cref="Trigger.Metadata"/>.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>The data of <c>receipt.*</c>.</summary>
public sealed record ReceiptEventData : NotifyEventData
{
    /// <summary>Gets the ID of the delivery.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>Gets the kind of the receipt.</summary>
    public required ReceiptKind Kind { get; init; }

    /// <summary>Gets the vendor's code or description; null if there is none.</summary>
    public string? Detail { get; init; }

    /// <summary>Gets whether the delivery had no receipt of this kind before.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Gets the ID of the notification; null if it is unknown.</summary>
    public Guid? NotificationId { get; init; }

    /// <summary>Gets the channel; null if it is unknown.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the name of the provider that sent the delivery; null if it is unknown.</summary>
    public string? Provider { get; init; }

    /// <summary>Gets the name of the template; null if there is none.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the name of the workflow; null if there is none.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the category; null if there is none.</summary>
    public string? Category { get; init; }
}

/// <summary>The data of <c>device.*</c>.</summary>
public sealed record DeviceEventData : NotifyEventData
{
    /// <summary>Gets the ID of the device; null if a vendor reported a dead token whose device is unknown.</summary>
    public string? DeviceId { get; init; }

    /// <summary>Gets the ID of the user who is signed in on the device; null if unknown.</summary>
    public string? User { get; init; }

    /// <summary>Gets the platform of the device; null if unknown.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Gets the app; null if the tenant has only one app.</summary>
    public string? App { get; init; }

    /// <summary>Gets the vendor's reason; null except for <c>device.pruned</c>.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the provider whose vendor reported the token; null except for <c>device.pruned</c>.</summary>
    public string? Provider { get; init; }
}

/// <summary>The data of <c>inbox.changed</c>.</summary>
public sealed record InboxEventData : NotifyEventData
{
    /// <summary>Gets the ID of the user.</summary>
    public required string User { get; init; }
}

/// <summary>The data of <c>subscription.test</c>.</summary>
public sealed record SubscriptionTestData : NotifyEventData
{
    /// <summary>Gets the ID of the subscription.</summary>
    public required Guid SubscriptionId { get; init; }
}

/// <summary>The data of an event whose type or form this version does not know.</summary>
public sealed record UnknownEventData : NotifyEventData
{
    /// <summary>Gets the data as it was received.</summary>
    public required JsonElement Json { get; init; }
}

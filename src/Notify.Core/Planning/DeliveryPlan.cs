using Notify.Queueing;

namespace Notify.Planning;

/// <summary>What planning has found so far: one draft for each delivery to be.</summary>
internal sealed class DeliveryPlan(Notification notification)
{
    public Notification Notification { get; } = notification;

    public List<DeliveryDraft> Drafts { get; set; } = [];
}

/// <summary>A delivery in the making. Each planning step fills in its part.</summary>
internal sealed class DeliveryDraft
{
    public required Recipient Recipient { get; init; }

    public Address? To { get; set; }

    public string? Provider { get; set; }

    public Content? Content { get; set; }

    public int ContentIndex { get; set; }

    public DateTimeOffset DueAt { get; set; }
}

/// <summary>A notification with the deliveries that were planned for it.</summary>
internal sealed record PlannedNotification(Notification Notification, IReadOnlyList<Delivery> Deliveries);

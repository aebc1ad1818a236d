using Notify.Storage.Toolkit;

namespace Notify.Storage.Files.Model;

/// <summary>Everything that the store keeps for one tenant. It is written to one JSON file.</summary>
internal sealed partial class TenantData
{
    public required string Tenant { get; init; }

    public Dictionary<Guid, Notification> Notifications { get; init; } = [];

    public SortedDictionary<Guid, StoredDelivery> Deliveries { get; init; } = [];

    public List<StoredExpansion> Expansions { get; init; } = [];

    /// <summary>Gets the open digests by <see cref="DigestKey.ToId"/>.</summary>
    public Dictionary<Guid, StoredDigest> Digests { get; init; } = [];

    public SortedDictionary<Guid, StoredEvent> Events { get; init; } = [];

    public Dictionary<string, StoredKey> IdempotencyKeys { get; init; } = [];

    /// <summary>Gets the times at which permits were taken, by category and recipient.</summary>
    public Dictionary<string, Dictionary<string, List<DateTimeOffset>>> Permits { get; init; } = [];

    public Dictionary<string, UserRecord> Users { get; init; } = [];

    public List<Device> Devices { get; init; } = [];

    /// <summary>Gets the subscribers of each topic. A topic stays when it has lost its last subscriber.</summary>
    public Dictionary<string, HashSet<string>> Topics { get; init; } = [];

    /// <summary>Gets the versions of each template, oldest first.</summary>
    public Dictionary<string, List<StoredTemplate>> Templates { get; init; } = [];

    public Dictionary<Guid, InboxItem> InboxItems { get; init; } = [];

    /// <summary>Gets the erasures that are not complete, by user id.</summary>
    public Dictionary<string, Erasure> Erasures { get; init; } = [];

    /// <summary>Gets the contents of the documents, by collection and id.</summary>
    public Dictionary<string, Dictionary<string, byte[]>> Documents { get; init; } = [];

    /// <summary>Gets the deliveries of a notification in the order of their ids.</summary>
    public IEnumerable<StoredDelivery> GetDeliveries(Guid notificationId) =>
        Deliveries.Values.Where(stored => stored.Delivery.NotificationId == notificationId);

    /// <summary>Gets a delivery with the content that it shares with the other deliveries of its notification.</summary>
    public Providers.Delivery GetDelivery(StoredDelivery stored)
    {
        var notification = Notifications[stored.Delivery.NotificationId];
        return new StoredContents
        {
            Variants = notification.Contents,
            TraceParent = notification.TraceParent,
            Category = notification.Trigger.Category,
            Template = notification.Trigger.Template,
            Workflow = notification.Trigger.Workflow,
            Reference = notification.Trigger.Reference,
            Tags = notification.Trigger.Tags,
            Metadata = notification.Trigger.Metadata,
            TemplateVersion = notification.TemplateVersion,
        }.Complete(stored.Delivery);
    }

    /// <summary>Gets a delivery with its history.</summary>
    public DeliveryRecord GetRecord(StoredDelivery stored) =>
        new()
        {
            Delivery = GetDelivery(stored),
            State = stored.State,
            DueAt = stored.DueAt,
            EndedAt = stored.EndedAt,
            Reason = stored.Reason,
            Attempts = [.. stored.Attempts],
            Receipts = [.. stored.Receipts],
            IsInFlight = stored.Owner is not null,
        };
}

/// <summary>An idempotency key and the notification that holds it.</summary>
internal sealed record StoredKey(ReadOnlyMemory<byte> Fingerprint, Guid NotificationId, DateTimeOffset ExpiresAt);

/// <summary>A version of a template.</summary>
internal sealed class StoredTemplate
{
    public required Template Template { get; init; }

    /// <summary>Gets or sets the time until which an open digest needs the version; null for none.</summary>
    public DateTimeOffset? KeptUntil { get; set; }
}

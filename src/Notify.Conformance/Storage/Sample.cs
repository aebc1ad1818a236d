using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>A notification for a test, which creates deliveries that belong to it.</summary>
internal sealed class Sample
{
    private int _addresses;

    public Sample(string tenant, DateTimeOffset now)
    {
        var data = new Dictionary<string, string> { ["order"] = "42" };
        var content = new Content
        {
            Title = "Välkommen ☀",
            Body = "Grüße an 山田",
            Data = data,
        };
        Notification = new Notification
        {
            Id = Guid.CreateVersion7(now),
            Trigger = new Trigger
            {
                Tenant = tenant,
                To = Recipient.Email("ada@example.org"),
                Content = content,
                Template = "shipped",
                Workflow = "orders",
                Category = "orders",
                Reference = "order-42",
                Tags = ["spring", "vår"],
                Metadata = new Dictionary<string, string> { ["region"] = "norr" },
            },
            AcceptedAt = now,
            ExpiresAt = now.AddDays(3),
            Contents = [new ContentVariant(null, null, content)],
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
    }

    public Notification Notification { get; init; }

    public IdempotencyClaim? Idempotency { get; init; }

    public IReadOnlyList<NewExpansion> Expansions { get; init; } = [];

    public IReadOnlyList<DigestEvent> Digests { get; init; } = [];

    public Delivery Delivery() =>
        new()
        {
            Id = Guid.CreateVersion7(Notification.AcceptedAt),
            NotificationId = Notification.Id,
            Tenant = Notification.Tenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Email, $"ada+{_addresses++}@example.org"),
            Provider = "mail-1",
            Content = Notification.Contents.Count > 0 ? Notification.Contents[0].Content : new Content(),
            ContentIndex = Notification.Contents.Count > 0 ? 0 : Notify.Providers.Delivery.OwnContent,
            TraceParent = Notification.TraceParent,
            Category = Notification.Trigger.Category,
            Template = Notification.Trigger.Template,
            Workflow = Notification.Trigger.Workflow,
            Reference = Notification.Trigger.Reference,
            Tags = Notification.Trigger.Tags,
            Metadata = Notification.Trigger.Metadata,
            AcceptedAt = Notification.AcceptedAt,
            DueAt = Notification.AcceptedAt,
            ExpiresAt = Notification.ExpiresAt,
        };

    public Delivery[] Deliveries(int count) => [.. Enumerable.Range(0, count).Select(_ => Delivery())];

    public EnqueueRequest Request(params IReadOnlyList<Delivery> deliveries) =>
        new(Notification, [.. deliveries.Select(delivery => new QueuedDelivery(delivery, delivery.DueAt))])
        {
            Idempotency = Idempotency,
            Expansions = Expansions,
            Digests = Digests,
        };
}

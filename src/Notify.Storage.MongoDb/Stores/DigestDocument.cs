using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>A digest and the events that it collects, as documents.</summary>
internal static class DigestDocument
{
    public const string Id = "_id";
    public const string Tenant = TurnLeases.Tenant;
    public const string DueAt = TurnLeases.DueAt;
    public const string User = "user";
    public const string Fence = "fence";
    public const string Failures = "failures";

    /// <summary>
    /// Counts the times that something was added. Whoever closes the digest sees by it that something came meanwhile.
    /// </summary>
    public const string Added = "added";

    /// <summary>
    /// The writes that closing the digest will make. The field exists from the close until all of them are made.
    /// </summary>
    public const string Closing = "closing";

    /// <summary>
    /// The digest of an event. The shard key: it is never changed or unset, because a sharded cluster refuses that.
    /// </summary>
    public const string EventDigest = "digest";

    public const string EventNotification = "notification";
    public const string EventAcceptedAt = "acceptedAt";

    /// <summary>There while the event waits. The index of what waits has only such events.</summary>
    public const string EventIsOpen = "open";

    public const string EventState = "state";
    public const string EventSummary = "summary";
    public const string EventReason = "reason";

    private const string TemplateVersion = "templateVersion";
    private const string Trigger = "trigger";

    /// <summary>Projects what addresses an event: its id and its shard key.</summary>
    public static readonly BsonDocument EventKey = new(EventDigest, 1);

    public static BsonDocument Event(DigestEvent collected, DateTimeOffset acceptedAt) =>
        new BsonDocument
        {
            { Id, collected.Id.ToBsonValue() },
            { EventDigest, collected.Key.ToId().ToBsonValue() },
            { EventIsOpen, true },
            { EventState, (int)CollectedState.Waiting },
            { EventNotification, collected.NotificationId.ToBsonValue() },
            { EventAcceptedAt, acceptedAt.ToBsonValue() },
            { Tenant, collected.Trigger.Tenant },
            { DueAt, collected.DueAt.ToBsonValue() },
            { Fence, collected.FirstFence },
            { TemplateVersion, collected.TemplateVersion },
            { Trigger, StoredForm.WriteTrigger(collected.Trigger) },
        }.With(User, collected.UserId);

    public static DigestEvent ReadEvent(BsonDocument document)
    {
        var trigger = StoredForm.ReadTrigger(document[Trigger].AsByteArray);
        return new DigestEvent
        {
            Id = document[Id].AsGuid,
            NotificationId = document[EventNotification].AsGuid,
            Recipient = trigger.To[0],
            Trigger = trigger,
            TemplateVersion = document[TemplateVersion].AsInt32,
            DueAt = document[DueAt].AsTime(),
        };
    }

    public static CollectedEvent ReadRecord(BsonDocument document) =>
        new()
        {
            Id = document[Id].AsGuid,
            NotificationId = document[EventNotification].AsGuid,
            DigestId = document[EventDigest].AsGuid,
            UserId = document.TextOrNull(User),
            State = (CollectedState)document[EventState].AsInt32,
            SummaryId = document.ValueOrNull(EventSummary)?.AsGuid,
            Reason = document.TextOrNull(EventReason),
        };

    /// <summary>Ends an event: forgets its data, and keeps what became of it.</summary>
    public static BsonDocument End(CollectedState state, BsonValue? summaryId, string? reason) =>
        new()
        {
            { "$set", new BsonDocument(EventState, (int)state).With(EventSummary, summaryId).With(EventReason, reason) },
            {
                "$unset",
                new BsonDocument { { EventIsOpen, "" }, { Trigger, "" } }
            },
        };
}

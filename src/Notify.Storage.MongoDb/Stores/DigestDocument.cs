using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Converts digests and their events to and from documents.</summary>
internal static class DigestDocument
{
    public const string Id = "_id";
    public const string Tenant = TurnLeases.Tenant;
    public const string DueAt = TurnLeases.DueAt;
    public const string User = "user";
    public const string Fence = "fence";
    public const string Failures = "failures";

    /// <summary>
    /// The number of times that an event was added. The process that closes the digest detects by it that an event arrived
    /// meanwhile.
    /// </summary>
    public const string Added = "added";

    /// <summary>
    /// The writes that closing the digest makes. The field is set from the closing until all writes are done.
    /// </summary>
    public const string Closing = "closing";

    /// <summary>
    /// The digest of an event, which is the shard key. It is never changed or removed, because a sharded cluster rejects that.
    /// </summary>
    public const string EventDigest = "digest";

    public const string EventNotification = "notification";
    public const string EventAcceptedAt = "acceptedAt";

    /// <summary>Set while the event waits. The index of waiting events contains only such events.</summary>
    public const string EventIsOpen = "open";

    public const string EventState = "state";
    public const string EventSummary = "summary";
    public const string EventReason = "reason";

    private const string TemplateVersion = "templateVersion";
    private const string Trigger = "trigger";

    /// <summary>The projection of the id and the shard key of an event.</summary>
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

    /// <summary>Creates the update that ends an event: it removes the data and records the result.</summary>
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

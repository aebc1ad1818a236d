using MongoDB.Bson;
using Notify.Planning;
using Notify.Storage.PostgreSql;

namespace Notify.Storage.MongoDb;

/// <summary>What is collected for a digest, and the digest itself, as documents.</summary>
internal static class DigestDocument
{
    public const string Id = "_id";
    public const string DueAt = "dueAt";
    public const string Fence = "fence";

    /// <summary>
    /// Counts the times that something was added. Whoever closes the digest sees by it that something came meanwhile.
    /// </summary>
    public const string Added = "added";

    /// <summary>What closing it is about to write; there from the moment at which it is closed until all is written.</summary>
    public const string Closing = "closing";

    public const string EventDigest = "digest";
    public const string EventNotification = "notification";
    public const string EventAcceptedAt = "acceptedAt";

    /// <summary>
    /// When the server may forget an event whose digest was closed. Until then nobody can add it again by mistake.
    /// </summary>
    public const string EventPurgeAt = "purgeAt";

    private const string Trigger = "trigger";

    public static string IdOf(string tenant, Recipient recipient, string template) =>
        Convert.ToHexString(RecipientHash.Of(BsonForm.Key(tenant, recipient.Key, template)));

    public static BsonDocument Event(DigestEvent collected, Guid notificationId, DateTimeOffset acceptedAt) =>
        new()
        {
            { Id, collected.Id.ToBson() },
            { EventDigest, IdOf(collected.Trigger.Tenant, collected.Recipient, collected.Trigger.Template!) },
            { EventNotification, notificationId.ToBson() },
            { EventAcceptedAt, acceptedAt.ToBson() },
            { DueAt, collected.DueAt.ToBson() },
            { Fence, collected.FirstFence },
            { Trigger, StoredForm.WriteTrigger(collected.Trigger) },
        };

    public static DigestEvent ReadEvent(BsonDocument document)
    {
        var trigger = StoredForm.ReadTrigger(document[Trigger].AsByteArray);
        return new DigestEvent(document[Id].AsGuid, trigger.To[0], trigger, document[DueAt].AsTime());
    }

    /// <summary>Forgets what an event says, and keeps that it was there.</summary>
    public static BsonDocument Forget(DateTimeOffset purgeAt) =>
        new()
        {
            { "$set", new BsonDocument(EventPurgeAt, purgeAt.ToBson()) },
            {
                "$unset",
                new BsonDocument
                {
                    { EventDigest, "" },
                    { EventNotification, "" },
                    { Trigger, "" },
                }
            },
        };
}

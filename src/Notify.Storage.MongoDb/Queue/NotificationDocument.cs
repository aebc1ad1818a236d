using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// A notification as a document. It is written after everything that belongs to it, and what belongs to it counts only while it
/// is there: one document is what a crash either left behind or did not.
/// </summary>
internal static class NotificationDocument
{
    public const string Id = "_id";
    public const string Tenant = "tenant";
    public const string AcceptedAt = "acceptedAt";
    public const string Contents = "contents";

    /// <summary>There instead of all else where somebody made sure that a notification can never be written any more.</summary>
    public const string IsGivenUp = "givenUp";

    /// <summary>There where an idempotency key may outlive what the notification says.</summary>
    public const string HasKey = "hasKey";

    /// <summary>When the server may forget the document: that the notification was given up, or that it was there.</summary>
    public const string PurgeAt = "purgeAt";

    /// <summary>A document may have 16 MiB. What remains is for what describes it.</summary>
    private const int MaxBytes = 15 << 20;

    private const string ExpiresAt = "expiresAt";
    private const string Trigger = "trigger";

    /// <summary>Creates the document of a notification.</summary>
    /// <exception cref="InvalidRequestException">It is larger than a document may be.</exception>
    public static BsonDocument Create(Notification notification)
    {
        var (trigger, contents) = (StoredForm.WriteTrigger(notification.Trigger), StoredForm.WriteContents(notification));
        ThrowIfTooLarge((long)trigger.Length + contents.Length, trigger.Length > contents.Length ? "data" : "content");
        return new BsonDocument
        {
            { Id, notification.Id.ToBsonValue() },
            { Tenant, notification.Tenant },
            { AcceptedAt, notification.AcceptedAt.ToBsonValue() },
            { ExpiresAt, notification.ExpiresAt.ToBsonValue() },
            { Trigger, trigger },
            { Contents, contents },
        }.With(HasKey, notification.Trigger.IdempotencyKey is null ? null : true);
    }

    /// <summary>Refuses what the server would refuse later, after parts of it were written.</summary>
    public static void ThrowIfTooLarge(long bytes, string field)
    {
        if (bytes > MaxBytes)
        {
            throw new InvalidRequestException([
                new FieldError(
                    field,
                    "The notification is larger than 15 MiB with all its languages and attachments, and MongoDB cannot store it. "
                        + "Link to large files."
                ),
            ]);
        }
    }

    public static BsonDocument GivenUp(Guid id, DateTimeOffset purgeAt) =>
        new()
        {
            { Id, id.ToBsonValue() },
            { IsGivenUp, true },
            { PurgeAt, purgeAt.ToBsonValue() },
        };

    /// <summary>Forgets what a notification says, and keeps that it was there.</summary>
    public static BsonDocument Forget(DateTimeOffset purgeAt) =>
        new()
        {
            { "$set", new BsonDocument(PurgeAt, purgeAt.ToBsonValue()) },
            {
                "$unset",
                new BsonDocument
                {
                    { Tenant, "" },
                    { AcceptedAt, "" },
                    { ExpiresAt, "" },
                    { Trigger, "" },
                    { Contents, "" },
                    { HasKey, "" },
                }
            },
        };

    /// <summary>Replaces the trigger and the contents of a notification by what is left of them.</summary>
    public static BsonDocument EraseContent(Notification erased) =>
        new(
            "$set",
            new BsonDocument
            {
                { Trigger, StoredForm.WriteTrigger(erased.Trigger) },
                { Contents, StoredForm.WriteContents(erased) },
            }
        );

    /// <summary>The filter for a notification that was read, while it is as it was then.</summary>
    public static BsonDocument GetUnchanged(BsonDocument document) =>
        new() { { Id, document[Id] }, { Trigger, document[Trigger] } };

    public static Notification Read(BsonDocument document)
    {
        var contents = StoredForm.ReadContents(document[Contents].AsByteArray);
        return new Notification
        {
            Id = document[Id].AsGuid,
            AcceptedAt = document[AcceptedAt].AsTime(),
            ExpiresAt = document[ExpiresAt].AsTime(),
            Trigger = StoredForm.ReadTrigger(document[Trigger].AsByteArray),
            Contents = contents.Variants,
            TemplateVersion = contents.TemplateVersion,
            TraceParent = contents.TraceParent,
        };
    }

    public static NotificationSummary ReadSummary(BsonDocument document) =>
        new()
        {
            Id = document[Id].AsGuid,
            AcceptedAt = document[AcceptedAt].AsTime(),
            ExpiresAt = document[ExpiresAt].AsTime(),
            Trigger = StoredForm.ReadTrigger(document[Trigger].AsByteArray),
        };
}

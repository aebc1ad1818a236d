using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Converts notifications to and from documents. The document of a notification is written after its deliveries, expansions
/// and events, and those count only while it exists. A crash thus leaves behind either the whole notification or nothing that
/// counts.
/// </summary>
internal static class NotificationDocument
{
    public const string Id = "_id";
    public const string Tenant = "tenant";
    public const string AcceptedAt = "acceptedAt";
    public const string Contents = "contents";

    /// <summary>The field of the labels, by which lists find the notification. It is missing if there are none.</summary>
    public const string Labels = "labels";

    /// <summary>
    /// The field that replaces all others once a process has ensured that the notification can never be written.
    /// </summary>
    public const string IsGivenUp = "givenUp";

    /// <summary>The field that is set if an idempotency key may outlive the content of the notification.</summary>
    public const string HasKey = "hasKey";

    /// <summary>
    /// The field of the time at which the server may delete the document, of a notification that was given up or purged.
    /// </summary>
    public const string PurgeAt = "purgeAt";

    /// <summary>
    /// The maximum size of the content. MongoDB limits a document to 16 MiB; the rest is for the other fields.
    /// </summary>
    private const int MaxBytes = 15 << 20;

    private const string ExpiresAt = "expiresAt";
    private const string Trigger = "trigger";

    /// <summary>Creates the document of a notification.</summary>
    /// <exception cref="InvalidRequestException">The notification is larger than a document may be.</exception>
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
        }
            .With(HasKey, notification.Trigger.IdempotencyKey is null ? null : true)
            .With(Labels, CreateLabels(NotificationLabel.GetAll(notification.Trigger)));
    }

    /// <summary>Creates the value of a label.</summary>
    public static BsonValue CreateLabel(NotificationLabel label) => $"{(int)label.Kind}:{label.Value}";

    private static BsonArray? CreateLabels(IReadOnlyList<NotificationLabel> labels) =>
        labels.Count == 0 ? null : new BsonArray(labels.Select(CreateLabel));

    /// <summary>Rejects a notification that the server would reject only after parts of it were written.</summary>
    public static void ThrowIfTooLarge(long bytes, string field)
    {
        if (bytes > MaxBytes)
        {
            throw new InvalidRequestException([
                new FieldError(
                    field,
                    FieldErrorCodes.TooLarge,
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

    /// <summary>Creates the update that removes the content of a notification and keeps a mark that it was stored.</summary>
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
                    { Labels, "" },
                }
            },
        };

    /// <summary>Creates the update that replaces the trigger and the contents of a notification by their erased form.</summary>
    public static BsonDocument EraseContent(Notification erased) =>
        new BsonDocument(
            "$set",
            new BsonDocument
            {
                { Trigger, StoredForm.WriteTrigger(erased.Trigger) },
                { Contents, StoredForm.WriteContents(erased) },
            }
        ).With("$unset", NotificationLabel.GetAll(erased.Trigger).Count > 0 ? null : new BsonDocument(Labels, ""));

    /// <summary>Creates the filter for a notification that has not changed since it was read.</summary>
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

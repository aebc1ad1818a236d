using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Schema;

/// <summary>The fields of the document of an inbox item. They are part of the stored form.</summary>
internal static class InboxField
{
    public const string Id = "_id";
    public const string Notification = "notification";
    public const string Tenant = "tenant";

    /// <summary>The user. With the tenant, it is the shard key.</summary>
    public const string User = "user";

    public const string Category = "category";
    public const string Content = "content";
    public const string AcceptedAt = "acceptedAt";
    public const string CreatedAt = "createdAt";
    public const string ChangedAt = "changedAt";
    public const string ReadAt = "readAt";
    public const string FirstReadAt = "firstReadAt";
    public const string ArchivedAt = "archivedAt";

    /// <summary>True if the item is not archived; absent otherwise. A partial index cannot test that a field is absent.</summary>
    public const string IsCurrent = "isCurrent";

    /// <summary>True if the item is not read; absent otherwise.</summary>
    public const string IsUnread = "isUnread";

    /// <summary>True if the item is archived; absent otherwise.</summary>
    public const string IsArchived = "isArchived";

    /// <summary>The call that changed the item last. A change applies only to the version that it was computed from.</summary>
    public const string Version = "version";

    /// <summary>The call that marked the item as read for the first time.</summary>
    public const string FirstReadBy = "firstReadBy";

    /// <summary>The projection of the id and the shard key.</summary>
    public static readonly BsonDocument Key = new() { { User, 1 }, { Tenant, 1 } };
}

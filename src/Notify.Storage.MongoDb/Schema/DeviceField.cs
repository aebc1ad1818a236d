using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Schema;

/// <summary>The fields of a device's document. They are part of the stored form.</summary>
internal static class DeviceField
{
    /// <summary>Projects what addresses a device: its id and its shard key.</summary>
    public static readonly BsonDocument Key = new() { { User, 1 }, { Tenant, 1 } };

    public const string Id = "_id";
    public const string Tenant = "tenant";

    /// <summary>With the tenant, the shard key.</summary>
    public const string User = "user";

    public const string Device = "device";
    public const string Platform = "platform";
    public const string Token = "token";

    /// <summary>Stands for the token where it is looked for: a token can be long.</summary>
    public const string TokenHash = "tokenHash";

    public const string App = "app";
    public const string Locale = "locale";
    public const string TimeZone = "timeZone";
    public const string RegisteredAt = "registeredAt";
    public const string LastSeenAt = "lastSeenAt";
    public const string PrunedAt = "prunedAt";
    public const string PruneReason = "pruneReason";

    /// <summary>Which of several with one id or token is newer.</summary>
    public const string Order = "order";
}

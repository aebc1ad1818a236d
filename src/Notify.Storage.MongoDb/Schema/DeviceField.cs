using MongoDB.Bson;

namespace Notify.Storage.MongoDb.Schema;

/// <summary>The fields of the document of a device. They are part of the stored form.</summary>
internal static class DeviceField
{
    /// <summary>The projection of the id and the shard key of a device.</summary>
    public static readonly BsonDocument Key = new() { { User, 1 }, { Tenant, 1 } };

    public const string Id = "_id";
    public const string Tenant = "tenant";

    /// <summary>The user. With the tenant, it is the shard key.</summary>
    public const string User = "user";

    public const string Device = "device";
    public const string Platform = "platform";
    public const string Token = "token";

    /// <summary>A hash of the token, by which devices are looked up. A token may be too long for an index.</summary>
    public const string TokenHash = "tokenHash";

    public const string App = "app";
    public const string Locale = "locale";
    public const string TimeZone = "timeZone";
    public const string RegisteredAt = "registeredAt";
    public const string LastSeenAt = "lastSeenAt";
    public const string PrunedAt = "prunedAt";
    public const string PruneReason = "pruneReason";

    /// <summary>The order of devices with the same id or token; the newest has the greatest.</summary>
    public const string Order = "order";
}

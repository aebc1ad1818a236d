namespace Notify.Storage.MongoDb.Schema;

/// <summary>The fields of a delivery's document. They are part of the stored form.</summary>
internal static class DeliveryField
{
    public const string Id = "_id";
    public const string Notification = "notification";
    public const string Tenant = "tenant";

    /// <summary>The user, or what stands for a direct address. With the tenant, the shard key.</summary>
    public const string User = "user";

    /// <summary>There where <see cref="User"/> is no user.</summary>
    public const string IsDirect = "direct";

    public const string Priority = "priority";
    public const string Provider = "provider";
    public const string Channel = "channel";
    public const string Address = "address";

    /// <summary>See <see cref="QueuedDelivery.AddressKey"/>; there only where it is not null.</summary>
    public const string AddressKey = "addressKey";

    public const string Platform = "platform";
    public const string App = "app";
    public const string Content = "content";

    /// <summary>The content of a delivery that shares none with others.</summary>
    public const string OwnContent = "ownContent";

    public const string Topic = "topic";
    public const string DeviceId = "deviceId";
    public const string CollapseKey = "collapseKey";

    /// <summary>The collapse group, which is the same for deliveries that supersede each other.</summary>
    public const string Collapse = "collapse";

    /// <summary>Which of those is newer.</summary>
    public const string Order = "order";

    public const string Chain = "chain";
    public const string Step = "step";
    public const string AcceptedAt = "acceptedAt";
    public const string NotBefore = "notBefore";
    public const string ExpiresAt = "expiresAt";
    public const string State = "state";

    /// <summary>Moves with leases and retries; not there exactly when the delivery has ended.</summary>
    public const string DueAt = "dueAt";

    public const string Owner = "owner";
    public const string Fence = "fence";
    public const string Spent = "spent";
    public const string RetryDelay = "retryDelay";
    public const string Reason = "reason";
    public const string EndedAt = "endedAt";
    public const string Attempts = "attempts";
    public const string Receipts = "receipts";

    /// <summary>
    /// The batch that leased or cancelled it last. A batch that found some of its deliveries changed sees by it which it has.
    /// </summary>
    public const string By = "by";

    /// <summary>The batch that settled it last, and the fence that it presented.</summary>
    public const string SettledBy = "settledBy";
}

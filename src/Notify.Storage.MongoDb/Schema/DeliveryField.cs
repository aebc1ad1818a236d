namespace Notify.Storage.MongoDb.Schema;

/// <summary>The fields of the document of a delivery. They are part of the stored form.</summary>
internal static class DeliveryField
{
    public const string Id = "_id";
    public const string Notification = "notification";
    public const string Tenant = "tenant";

    /// <summary>The user, or a substitute for a direct address. With the tenant, it is the shard key.</summary>
    public const string User = "user";

    /// <summary>Set if <see cref="User"/> does not name a user.</summary>
    public const string IsDirect = "direct";

    public const string Priority = "priority";
    public const string Provider = "provider";
    public const string Channel = "channel";
    public const string Address = "address";

    /// <summary>See <see cref="QueuedDelivery.AddressKey"/>. Set only if it is not null.</summary>
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

    /// <summary>The order of deliveries that supersede each other; the newest has the greatest.</summary>
    public const string Order = "order";

    public const string Chain = "chain";
    public const string Step = "step";
    public const string AcceptedAt = "acceptedAt";
    public const string NotBefore = "notBefore";
    public const string ExpiresAt = "expiresAt";
    public const string State = "state";

    /// <summary>The due time, which leases and retries change. It is missing if and only if the delivery has ended.</summary>
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
    /// The batch that last leased or cancelled the delivery. If only a part of a batch was applied, its process finds the
    /// applied part by this field.
    /// </summary>
    public const string By = "by";

    /// <summary>The batch that last settled the delivery, with the fence of its lease.</summary>
    public const string SettledBy = "settledBy";
}

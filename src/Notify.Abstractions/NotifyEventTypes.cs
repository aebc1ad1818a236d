namespace Notify;

/// <summary>The types of events. Newer versions may add types.</summary>
public static class NotifyEventTypes
{
    /// <summary>A notification was accepted. The data is <see cref="NotificationAcceptedData"/>.</summary>
    public const string NotificationAccepted = "notification.accepted";

    /// <summary>A notification was cancelled. The data is <see cref="NotificationCancelledData"/>.</summary>
    public const string NotificationCancelled = "notification.cancelled";

    /// <summary>A delivery was sent: the vendor took it over. The data is <see cref="DeliveryEventData"/>.</summary>
    public const string DeliverySent = "delivery.sent";

    /// <summary>A delivery has ended without being sent. The data is <see cref="DeliveryEventData"/>.</summary>
    public const string DeliveryFailed = "delivery.failed";

    /// <summary>
    /// An attempt has failed, and the delivery will be tried again. The data is <see cref="DeliveryEventData"/>.
    /// </summary>
    public const string DeliveryRetried = "delivery.retried";

    /// <summary>
    /// A delivery was postponed or moved to another provider without an attempt. The data is <see cref="DeliveryEventData"/>.
    /// </summary>
    public const string DeliveryPostponed = "delivery.postponed";

    /// <summary>
    /// A delivery that was due was stopped, because its recipient no longer wants it. The deliveries that are stopped together
    /// with their notification are counted by <see cref="NotificationCancelled"/> instead. The data is
    /// <see cref="DeliveryEventData"/>.
    /// </summary>
    public const string DeliveryCancelled = "delivery.cancelled";

    /// <summary>The message reached the device or mailbox. The data is <see cref="ReceiptEventData"/>.</summary>
    public const string ReceiptDelivered = "receipt.delivered";

    /// <summary>The message was returned. The data is <see cref="ReceiptEventData"/>.</summary>
    public const string ReceiptBounced = "receipt.bounced";

    /// <summary>The message was opened. The data is <see cref="ReceiptEventData"/>.</summary>
    public const string ReceiptOpened = "receipt.opened";

    /// <summary>A link in the message was followed. The data is <see cref="ReceiptEventData"/>.</summary>
    public const string ReceiptClicked = "receipt.clicked";

    /// <summary>The recipient marked the message as spam. The data is <see cref="ReceiptEventData"/>.</summary>
    public const string ReceiptComplained = "receipt.complained";

    /// <summary>A device was registered, or its app registered it again. The data is <see cref="DeviceEventData"/>.</summary>
    public const string DeviceRegistered = "device.registered";

    /// <summary>A device was changed. The data is <see cref="DeviceEventData"/>.</summary>
    public const string DeviceUpdated = "device.updated";

    /// <summary>A vendor reported that a token is no longer valid. The data is <see cref="DeviceEventData"/>.</summary>
    public const string DevicePruned = "device.pruned";

    /// <summary>The application removed a device. The data is <see cref="DeviceEventData"/>.</summary>
    public const string DeviceRemoved = "device.removed";

    /// <summary>
    /// The inbox of a user has changed: items were added, or their state changed. The data is <see cref="InboxEventData"/>.
    /// </summary>
    public const string InboxChanged = "inbox.changed";

    /// <summary>
    /// A test of an event subscription, which only its endpoint receives. The data is <see cref="SubscriptionTestData"/>.
    /// </summary>
    public const string SubscriptionTest = "subscription.test";

    private const int MaxLength = 64;
    private const string ReceiptPrefix = "receipt.";

    /// <summary>Returns the type of the event that reports a receipt: <c>receipt.</c> and the name of the kind.</summary>
    /// <param name="kind">The kind of the receipt.</param>
    public static string FromReceipt(ReceiptKind kind) => ReceiptPrefix + kind.Name;

    /// <summary>
    /// Determines whether a text is a pattern of types: a type, a type of which the last names are replaced by <c>*</c>, such as
    /// <c>delivery.*</c>, or <c>*</c>.
    /// </summary>
    /// <param name="pattern">The text.</param>
    public static bool IsPattern(string? pattern) =>
        pattern == "*"
        || IsValid(pattern is not null && pattern.EndsWith(".*", StringComparison.Ordinal) ? pattern[..^2] : pattern);

    /// <summary>Determines whether a pattern matches a type; see <see cref="IsPattern"/>.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="type">The type.</param>
    public static bool Matches(string pattern, string type)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(type);
        return pattern.EndsWith('*')
            ? type.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
            : type == pattern;
    }

    internal static bool IsReceipt(string type) => type.StartsWith(ReceiptPrefix, StringComparison.Ordinal);

    /// <summary>
    /// Determines whether a text is a type. The stream of events writes the type on a line, so it must not contain line breaks.
    /// </summary>
    internal static bool IsValid(string? type)
    {
        if (type is not { Length: >= 1 and <= MaxLength })
            return false;

        foreach (var name in type.AsSpan().Split('.'))
        {
            if (!OpenName.IsValid(type[name]))
                return false;
        }

        return true;
    }
}

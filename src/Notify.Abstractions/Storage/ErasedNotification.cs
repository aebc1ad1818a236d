using Notify.Providers;

namespace Notify.Storage;

/// <summary>Removes what names erased recipients from notifications, the same way in every store.</summary>
public static class ErasedNotification
{
    private static readonly Content NoContent = new();

    /// <summary>
    /// Returns the notification as it is to be stored after deliveries of it were erased, or null when nothing changes. While it
    /// has other recipients, only direct addresses that are the erased ones are removed from <see cref="Trigger.To"/>.
    /// </summary>
    /// <param name="notification">The notification.</param>
    /// <param name="addresses">The addresses that were erased from its deliveries.</param>
    /// <param name="hasOthers">Whether a delivery, an event or an expansion of other recipients is left.</param>
    public static Notification? From(Notification notification, IReadOnlyCollection<Address> addresses, bool hasOthers)
    {
        ArgumentNullException.ThrowIfNull(notification);
        var trigger = notification.Trigger;
        if (!hasOthers)
            return IsErased(notification) ? null : WithoutContent(notification);

        Recipient[] left = [.. trigger.To.Where(recipient => !addresses.Any(erased => IsSame(recipient, erased)))];
        return left.Length == trigger.To.Count
            ? null
            : notification with
            {
                Trigger = trigger with { To = RecipientList.Create(left) },
            };
    }

    // The variants stay, without their text, because deliveries refer to them by position.
    private static Notification WithoutContent(Notification notification) =>
        notification with
        {
            Trigger = notification.Trigger with
            {
                To = RecipientList.Create([
                    .. notification.Trigger.To.Where(recipient => recipient.Kind != RecipientKind.Address),
                ]),
                Content = null,
                DataElement = null,
                CollapseKey = null,
                IdempotencyKey = null,
            },
            Contents = [.. notification.Contents.Select(variant => variant with { Content = NoContent })],
        };

    private static bool IsErased(Notification notification) =>
        notification.Trigger is { Content: null, Data: null, CollapseKey: null, IdempotencyKey: null } trigger
        && trigger.To.All(recipient => recipient.Kind != RecipientKind.Address)
        && notification.Contents.All(variant => variant.Content == NoContent);

    private static bool IsSame(Recipient recipient, Address erased) =>
        recipient.Kind == RecipientKind.Address
        && recipient.Channel == erased.Channel
        && AddressFormat.Normalize(erased.Channel, recipient.Value) == AddressFormat.Normalize(erased.Channel, erased.Value);
}

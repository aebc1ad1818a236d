using System.Diagnostics.CodeAnalysis;
using Notify.Providers;

namespace Notify.Storage;

/// <summary>
/// The removal of erased recipients' data from notifications. All stores use this class, so that they erase the same data.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public static class ErasedNotification
{
    private static readonly Content NoContent = new();

    /// <summary>
    /// Computes the notification to store after some of its deliveries were erased. As long as it has other recipients, only the
    /// erased direct addresses are removed from <see cref="Trigger.To"/>; otherwise, its content and data are removed too.
    /// </summary>
    /// <param name="notification">The notification.</param>
    /// <param name="addresses">The addresses that were erased from its deliveries.</param>
    /// <param name="hasOthers">Whether deliveries, events or expansions for other recipients remain.</param>
    /// <returns>The notification to store; null if nothing changes.</returns>
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

    // The variants are kept without their content, because deliveries refer to them by index.
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

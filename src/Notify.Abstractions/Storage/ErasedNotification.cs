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
    /// erased direct addresses and the data of the erased users are removed from <see cref="Trigger.To"/>; otherwise, its content
    /// and data are also removed.
    /// </summary>
    /// <param name="notification">The notification.</param>
    /// <param name="addresses">The addresses that were erased from its deliveries.</param>
    /// <param name="userIds">The IDs of the users whose deliveries or events were erased.</param>
    /// <param name="hasOthers">Whether deliveries, events or expansions for other recipients remain.</param>
    /// <returns>The notification to store; null if nothing changes.</returns>
    public static Notification? From(
        Notification notification,
        IReadOnlyCollection<Address> addresses,
        IReadOnlyCollection<string> userIds,
        bool hasOthers
    )
    {
        ArgumentNullException.ThrowIfNull(notification);
        var trigger = notification.Trigger;
        if (!hasOthers)
            return IsErased(notification) ? null : WithoutContent(notification);

        Recipient[] left =
        [
            .. trigger
                .To.Where(recipient => !addresses.Any(erased => IsSame(recipient, erased)))
                .Select(recipient =>
                    recipient.Kind == RecipientKind.User && userIds.Contains(recipient.Value) ? WithoutData(recipient) : recipient
                ),
        ];
        return left.SequenceEqual(trigger.To)
            ? null
            : notification with
            {
                Trigger = trigger with { To = RecipientList.Create(left) },
            };
    }

    private static Recipient WithoutData(Recipient recipient) =>
        recipient.DataElement is null ? recipient : recipient with { DataElement = null };

    // The variants are kept without their content, because deliveries refer to them by index.
    private static Notification WithoutContent(Notification notification) =>
        notification with
        {
            Trigger = notification.Trigger with
            {
                To = RecipientList.Create([
                    .. notification.Trigger.To.Where(recipient => recipient.Kind != RecipientKind.Address).Select(WithoutData),
                ]),
                Content = null,
                DataElement = null,
                CollapseKey = null,
                IdempotencyKey = null,
                Reference = null,
                CancellationKey = null,
                Tags = null,
                Metadata = null,
            },
            Contents = [.. notification.Contents.Select(variant => variant with { Content = NoContent })],
        };

    private static bool IsErased(Notification notification) =>
        notification.Trigger
            is {
                Content: null,
                DataElement: null,
                CollapseKey: null,
                IdempotencyKey: null,
                Reference: null,
                CancellationKey: null,
                Tags: null,
                Metadata: null,
            } trigger
        && trigger.To.All(recipient => recipient.Kind != RecipientKind.Address && recipient.DataElement is null)
        && notification.Contents.All(variant => variant.Content == NoContent);

    private static bool IsSame(Recipient recipient, Address erased) =>
        recipient.Kind == RecipientKind.Address
        && recipient.Channel == erased.Channel
        && AddressFormat.Normalize(erased.Channel, recipient.Value) == AddressFormat.Normalize(erased.Channel, erased.Value);
}

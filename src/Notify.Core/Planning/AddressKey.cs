using System.Security.Cryptography;
using System.Text;
using Notify.Providers;

namespace Notify.Core.Planning;

/// <summary>
/// Identifies an address within one notification, so that the batches of a broadcast can be compared without storing addresses. A
/// key is 128 bits of the SHA-256 hash of the notification, the channel, the app and the address. Spellings of the same email
/// address have the same key.
/// </summary>
internal static class AddressKey
{
    /// <summary>Computes the key of an address.</summary>
    public static Guid Compute(Guid notificationId, Address to)
    {
        var text = $"{notificationId:N}/{to.Channel.Name}/{to.App}/{AddressFormat.Normalize(to.Channel, to.Value)}";
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>
    /// Determines whether the key of a delivery must be stored. Only the expansion of topics has later batches that compare with
    /// it. A push token belongs to one user, so a later batch never contains the token of a subscriber.
    /// </summary>
    public static bool IsNeeded(Trigger trigger, DeliveryDraft draft) =>
        draft.SkippedBecause is null
        && (draft.Recipient.Topic is null || draft.To.Channel != Channel.Push)
        && trigger.Topics().Count > 0;

    /// <summary>Determines whether an earlier batch may have reached the address of a subscriber.</summary>
    public static bool MayBeReached(Trigger trigger, DeliveryDraft draft) =>
        draft.SkippedBecause is null
        && (draft.To.Channel != Channel.Push || trigger.To.Any(recipient => recipient.Kind != RecipientKind.Topic));
}

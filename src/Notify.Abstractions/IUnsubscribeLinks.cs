using Notify.Providers;

namespace Notify;

/// <summary>Links by which recipients say that they want no more of a category over a channel.</summary>
public interface IUnsubscribeLinks
{
    /// <summary>
    /// Creates the link for the recipient of a delivery. Null for a direct address, which has no preferences, for a mandatory
    /// category, to which preferences do not apply, and where the application has no <c>AddUnsubscribeLinks()</c>.
    /// </summary>
    Uri? LinkFor(Delivery delivery);

    /// <summary>Whether a link's last part is one that <see cref="LinkFor"/> made. Changes nothing.</summary>
    bool IsGenuine(string token);

    /// <summary>
    /// Records that the user does not want the link's category over its channel, or anything over its channel when the
    /// notification had no category. False when the link is not genuine or the user is gone.
    /// </summary>
    /// <param name="token">The link's last part.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    Task<bool> UnsubscribeAsync(string token, CancellationToken cancellationToken = default);
}

using Notify.Providers;

namespace Notify;

/// <summary>A service for links by which recipients unsubscribe from a category on a channel.</summary>
public interface IUnsubscribeLinks
{
    /// <summary>Creates the unsubscribe link for the recipient of a delivery.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <returns>
    /// The link. Null for a direct address (which has no preferences), for a mandatory category (to which preferences do not
    /// apply), or if the application does not call <c>AddUnsubscribeLinks()</c>.
    /// </returns>
    Uri? CreateLink(Delivery delivery);

    /// <summary>Verifies that a token was created by <see cref="CreateLink"/>. This method changes nothing.</summary>
    /// <param name="token">The last segment of the link.</param>
    /// <returns><see langword="true"/> if the token is genuine; otherwise, <see langword="false"/>.</returns>
    bool IsGenuine(string token);

    /// <summary>
    /// Records that the user does not want the category of the link on its channel or, if the notification had no category,
    /// anything on that channel. The preference is also recorded for a user without a profile.
    /// </summary>
    /// <param name="token">The last segment of the link.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// <see langword="true"/> if the preference was recorded; <see langword="false"/> if the link is not genuine.
    /// </returns>
    Task<bool> UnsubscribeAsync(string token, CancellationToken cancellationToken = default);
}

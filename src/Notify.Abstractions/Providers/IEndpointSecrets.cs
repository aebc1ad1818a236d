using Notify.Storage;

namespace Notify.Providers;

/// <summary>
/// Reads and rotates the secrets that sign one provider's messages to endpoints. Each endpoint, which is a tenant and a URL, has
/// a secret that no other endpoint knows. Registered as a service beside the provider.
/// </summary>
public interface IEndpointSecrets
{
    /// <summary>Gets the provider's name.</summary>
    string Provider { get; }

    /// <summary>Gets the secret that signs messages to an endpoint now, whether or not anything was sent to it.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="url">The endpoint's URL, as in a trigger.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidRequestException">The provider cannot send to this URL.</exception>
    ValueTask<EndpointSecret> GetAsync(string tenant, string url, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces an endpoint's secret. Every process follows within seconds, and signs with the replaced secret as well until
    /// <see cref="EndpointSecret.PreviousUntil"/>.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="url">The endpoint's URL, as in a trigger.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The new secret. Of calls at the same time, one rotates and all return its secret.</returns>
    /// <exception cref="InvalidRequestException">The provider cannot send to this URL.</exception>
    /// <exception cref="NotSupportedException">The store has no <see cref="ISharedTokenStore"/>.</exception>
    ValueTask<EndpointSecret> RotateAsync(string tenant, string url, CancellationToken cancellationToken = default);
}

/// <summary>The secret of one endpoint.</summary>
/// <param name="Value">The secret, in the form that the receiver's library takes.</param>
/// <param name="Version">The number of the secret: 1 at first, and one more with each rotation.</param>
/// <param name="RotatedAt">When it replaced the previous secret; null for the first.</param>
/// <param name="PreviousUntil">Until when messages are signed with the previous secret as well; null when they are not.</param>
public sealed record EndpointSecret(string Value, int Version, DateTimeOffset? RotatedAt, DateTimeOffset? PreviousUntil)
{
    /// <summary>Returns the version; never the secret.</summary>
    public override string ToString() => $"version {Version}";
}

using Notify.Storage;

namespace Notify.Providers;

/// <summary>
/// The secrets with which a provider signs messages to endpoints. Each endpoint, which is a combination of tenant and URL, has a
/// separate secret. Implementations are registered as services alongside the provider.
/// </summary>
public interface IEndpointSecrets
{
    /// <summary>Gets the name of the provider.</summary>
    string Provider { get; }

    /// <summary>
    /// Gets the secret that currently signs messages to an endpoint, whether or not anything has been sent to it.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="url">The URL of the endpoint, as given in a trigger.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The current secret.</returns>
    /// <exception cref="InvalidRequestException">The provider cannot send to this URL.</exception>
    ValueTask<EndpointSecret> GetAsync(string tenant, string url, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the secret of an endpoint. All processes use the new secret within seconds, and also sign with the previous one
    /// until <see cref="EndpointSecret.PreviousUntil"/>.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="url">The URL of the endpoint, as given in a trigger.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The new secret. If several calls run at the same time, only one rotates the secret, and all return the result.
    /// </returns>
    /// <exception cref="InvalidRequestException">The provider cannot send to this URL.</exception>
    /// <exception cref="NotSupportedException">The store does not implement <see cref="ISharedTokenStore"/>.</exception>
    ValueTask<EndpointSecret> RotateAsync(string tenant, string url, CancellationToken cancellationToken = default);
}

/// <summary>The secret of one endpoint.</summary>
public sealed record EndpointSecret
{
    /// <summary>Gets the secret, in the format that the receiver's library expects.</summary>
    public required string Value { get; init; }

    /// <summary>Gets the version of the secret: 1 initially, and incremented by each rotation.</summary>
    public required int Version { get; init; }

    /// <summary>Gets the time at which it replaced the previous secret; null for the first secret.</summary>
    public DateTimeOffset? RotatedAt { get; init; }

    /// <summary>Gets the time until which messages are also signed with the previous secret; null if they are not.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }

    /// <summary>Returns the version; never the secret.</summary>
    public override string ToString() => $"version {Version}";
}

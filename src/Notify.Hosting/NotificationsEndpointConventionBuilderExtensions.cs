using Notify.Hosting.Authentication;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Extension methods for endpoints that an application adds to the API.</summary>
public static class NotificationsEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Serves an endpoint without a key on <see cref="Notify.Hosting.NotificationsApiOptions.ManagementPort"/>, like the health
    /// endpoints. On every other port it requires a key, like the rest of the API.
    /// </summary>
    /// <param name="endpoint">An endpoint in the group that <c>MapNotifications</c> returned, such as <c>/metrics</c>.</param>
    /// <returns>The endpoint.</returns>
    public static TBuilder ServeAtManagementPort<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(ManagementEndpoint.Instance);
}

using Notify.Hosting.Authentication;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Changes how endpoints that an application adds to the API are protected.</summary>
public static class NotificationsEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Answers an endpoint without a key at <see cref="Notify.Hosting.NotificationsApiOptions.ManagementPort"/>, like the health
    /// endpoints. At every other port it needs the key, like all of the API.
    /// </summary>
    /// <param name="endpoint">An endpoint in the group that <c>MapNotifications</c> returned, such as <c>/metrics</c>.</param>
    public static TBuilder ServeAtManagementPort<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(ManagementEndpoint.Instance);
}

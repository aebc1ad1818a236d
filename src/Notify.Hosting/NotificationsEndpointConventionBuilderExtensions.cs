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

    /// <summary>
    /// Sets the scope that a caller must have for an endpoint that the application adds to the group. Without it, an endpoint
    /// requires <see cref="Notify.ApiScope.Platform"/>, because it might show the data of all tenants.
    /// </summary>
    /// <param name="endpoint">An endpoint in the group that <c>MapNotifications</c> returned.</param>
    /// <param name="scope">The scope. <see cref="Notify.ApiScope.None"/> allows every caller with a key.</param>
    /// <returns>The endpoint.</returns>
    public static TBuilder RequireApiScope<TBuilder>(this TBuilder endpoint, Notify.ApiScope scope)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequiredScope(scope));
}

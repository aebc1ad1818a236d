namespace Notify.Host;

/// <summary>The dashboard of the host, which the gateway serves.</summary>
internal static class DashboardSettings
{
    /// <summary>Gets the path of the dashboard; null if this process does not serve it.</summary>
    public static string? GetPath(IConfigurationSection settings, Roles roles) =>
        roles.IsGateway && (settings["Dashboard"] ?? "/dashboard") is { Length: > 0 } path ? path : null;

    /// <summary>Maps the dashboard, and redirects the root of the host to it.</summary>
    public static void MapDashboard(this WebApplication app, string path)
    {
        app.MapNotifyDashboard(path);
        // Relative, so that it is right behind a proxy that removes a prefix.
        if (path.Trim('/') is { Length: > 0 } relative)
            app.MapMethods("/", ["GET", "HEAD"], () => TypedResults.Redirect($"{relative}/"));
    }
}

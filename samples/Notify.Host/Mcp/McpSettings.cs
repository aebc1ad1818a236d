using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Server;
using Notify.Hosting;

namespace Notify.Host.Mcp;

/// <summary>
/// Reads <c>Notify:Mcp</c>: a server for the Model Context Protocol, with which assistants send notifications and look into them.
/// </summary>
internal static class McpSettings
{
    private const string Path = "/mcp";

    /// <summary>Adds the server if it is enabled. Its sessions have no state, so any process answers any call.</summary>
    public static void AddAssistants(this IServiceCollection services, IConfiguration settings)
    {
        if (IsEnabled(settings))
            AddServer(services);
    }

    // A separate method, so that a process without the server does not load its library.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddServer(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services
            .AddMcpServer(options => options.ServerInfo = new() { Name = "notify", Version = GetVersion() })
            .WithHttpTransport(options =>
            {
                options.Stateless = true;
                options.ConfigureSessionOptions = SetToolsAsync;
            })
            .WithRequestFilters(filters => filters.AddCallToolFilter(ToolErrors.Explain));
    }

    /// <summary>
    /// Maps the server within the API, so that a call has the same keys, limits and tenants as any other. Every caller may
    /// connect, and gets the tools that its scopes allow.
    /// </summary>
    public static void MapAssistants(this RouteGroupBuilder api, WebApplication app, ApiFeatures features)
    {
        if (IsEnabled(app.Configuration.GetSection("Notify")) && features.HasFlag(ApiFeatures.Notifications))
            MapServer(api, app);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MapServer(RouteGroupBuilder api, WebApplication app)
    {
        var maxBytes = app.Services.GetRequiredService<IOptions<NotificationsApiOptions>>().Value.MaxBodyBytes;
        var handle = McpEndpoint.GetHandler(app);
        // The cast to Delegate matters: the group's endpoint filters, which check the API key, do not run for a RequestDelegate.
        api.MapPost(
                Path,
                (Delegate)(
                    (HttpContext context) =>
                    {
                        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                            size.MaxRequestBodySize = maxBytes;
                        return handle(context);
                    }
                )
            )
            .RequireApiScope(ApiScope.None);
    }

    private static bool IsEnabled(IConfiguration settings) => settings.GetValue("Mcp:Enabled", false);

    private static Task SetToolsAsync(HttpContext context, McpServerOptions options, CancellationToken cancellationToken)
    {
        options.ToolCollection = [.. Tools.List(ApiCaller.Find(context)!.Scopes)];
        return Task.CompletedTask;
    }

    private static string GetVersion() => typeof(INotifier).Assembly.GetName().Version!.ToString(3);
}

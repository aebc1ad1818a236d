using Notify.Load.Hosts;
using Yarp.ReverseProxy.Configuration;

namespace Notify.Load.Gateway;

/// <summary>
/// The hidden command with which the benchmark starts itself as the ceiling of the gateway: YARP with one route and nothing else.
/// </summary>
internal static class BareProxy
{
    public const string Name = "bare-proxy";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var port = arguments.Int32("port", 0, min: 1);
        var to = arguments.RequiredText("to");
        arguments.RefuseUnknown();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var route = new RouteConfig
        {
            RouteId = "api",
            ClusterId = "api",
            Match = new RouteMatch { Path = "/{**any}" },
        };
        var cluster = new ClusterConfig
        {
            ClusterId = "api",
            Destinations = new Dictionary<string, DestinationConfig> { ["api"] = new() { Address = to } },
        };
        builder.Services.AddReverseProxy().LoadFromMemory([route], [cluster]);
        await using var app = builder.Build();
        app.MapReverseProxy();

        await app.StartAsync();
        Console.WriteLine(HostCommand.Ready);
        await app.WaitForShutdownAsync();
        return 0;
    }
}

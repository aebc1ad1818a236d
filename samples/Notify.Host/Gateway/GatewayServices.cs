using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify.Hosting;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Transforms;

namespace Notify.Host.Gateway;

/// <summary>Adds what the role <c>gateway</c> needs.</summary>
internal static class GatewayServices
{
    /// <summary>The time over which failures are counted, and how many calls are needed for a judgement.</summary>
    private static readonly (TimeSpan Window, int MinCalls, double Rate) Failing = (TimeSpan.FromSeconds(10), 5, 0.5);

    private static readonly string[] Streams = ["text/event-stream", "application/x-ndjson"];

    /// <summary>Gets the features that this process serves itself. A gateway serves those that it does not forward.</summary>
    public static ApiFeatures GetOwnFeatures(IConfiguration configuration, Roles roles) =>
        roles.IsGateway
            ? ApiFeatures.All & ~GatewaySettings.Read(configuration.GetSection("Gateway"), roles.Features).Features
            : roles.Features;

    public static void AddGateway(this IServiceCollection services, IConfiguration configuration, Roles roles)
    {
        if (!roles.IsGateway)
            return;

        var settings = GatewaySettings.Read(configuration.GetSection("Gateway"), roles.Features);
        if (settings.Features != ApiFeatures.None)
            AddForwarding(services, settings);
    }

    // A separate method, so that a process that forwards nothing does not load YARP.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddForwarding(IServiceCollection services, GatewaySettings settings)
    {
        var (routes, clusters) = GatewayClusters.Create(settings);
        services
            .AddReverseProxy()
            .LoadFromMemory(routes, clusters)
            // The other processes see the name that the client called, and from the gateway only who called it: what a client
            // itself writes into X-Forwarded-* is replaced.
            .AddTransforms(transforms =>
                transforms.AddOriginalHost().AddXForwarded(ForwardedTransformActions.Set).AddResponseTransform(BeginStreamAsync)
            );
        services.Replace(ServiceDescriptor.Singleton<IForwarderHttpClientFactory, GatewayClients>());
        services.Replace(ServiceDescriptor.Singleton<IProbingRequestFactory, ReadinessProbes>());
        services.Configure<TransportFailureRateHealthPolicyOptions>(options =>
        {
            options.DetectionWindowSize = Failing.Window;
            options.MinimalTotalCountThreshold = Failing.MinCalls;
            options.DefaultFailureRateLimit = Failing.Rate;
        });
        // It logs the URL of each call, which contains ids of users and tokens.
        services.AddLogging(logging => logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Warning));
        services.AddSingleton(settings);
        services.AddSingleton<IApiForwarder, GatewayForwarder>();
    }

    // YARP sends the head of a response with its first bytes. The head of a stream is sent at once, because some clients wait for
    // it before they send their first line.
    private static async ValueTask BeginStreamAsync(ResponseTransformContext response)
    {
        if (response.ProxyResponse?.Content.Headers.ContentType?.MediaType is { } type && Streams.Contains(type))
            await response.HttpContext.Response.StartAsync(response.CancellationToken);
    }
}

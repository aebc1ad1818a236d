using Notify.Hosting;
using Yarp.ReverseProxy.Model;

namespace Notify.Host.Gateway;

/// <summary>
/// Forwards calls with YARP. The endpoints of the API do the routing, so that a call has passed the same checks as one that is
/// handled here; YARP chooses a process, watches its health and copies the call and its answer.
/// </summary>
internal sealed class GatewayForwarder : IApiForwarder
{
    private readonly GatewaySettings _settings;
    private readonly Dictionary<string, Endpoint> _routes;

    public GatewayForwarder(GatewaySettings settings, IServiceProvider services)
    {
        _settings = settings;
        var routes = new UnroutedEndpoints(services);
        routes.MapReverseProxy(pipeline =>
        {
            pipeline.Use(new ForwardingRetries(settings).InvokeAsync);
            pipeline.UseLoadBalancing();
            pipeline.UsePassiveHealthChecks();
        });
        _routes = routes
            .DataSources.SelectMany(source => source.Endpoints)
            .ToDictionary(endpoint => endpoint.Metadata.GetRequiredMetadata<RouteModel>().Config.RouteId);
    }

    public ApiFeatures Features => _settings.Features;

    public async ValueTask<int?> ForwardAsync(HttpContext context, ForwardedCall call)
    {
        if (!_routes.TryGetValue(GatewayClusters.GetName(call.Feature, call.IsLineStream), out var route))
            return StatusCodes.Status501NotImplemented;

        context.Features.Set(call);
        var original = context.GetEndpoint();
        // YARP reads its route from the endpoint.
        context.SetEndpoint(route);
        await route.RequestDelegate!(context);
        context.SetEndpoint(original);
        return context.Features.Get<ForwardingFailure>()?.Status;
    }

    /// <summary>Takes YARP's endpoints, so that no request is routed to them.</summary>
    private sealed class UnroutedEndpoints(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}

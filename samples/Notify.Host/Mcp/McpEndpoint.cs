namespace Notify.Host.Mcp;

/// <summary>
/// Collects the endpoint of the protocol, instead of mapping it. The library maps endpoints for which the filters of a group do
/// not run, so the host calls the handler from an endpoint of the API.
/// </summary>
internal sealed class McpEndpoint : IEndpointRouteBuilder
{
    private readonly IEndpointRouteBuilder _app;

    private McpEndpoint(IEndpointRouteBuilder app) => _app = app;

    public IServiceProvider ServiceProvider => _app.ServiceProvider;

    public ICollection<EndpointDataSource> DataSources { get; } = [];

    public IApplicationBuilder CreateApplicationBuilder() => _app.CreateApplicationBuilder();

    /// <summary>Gets the handler of a call. Without sessions, the protocol has one endpoint.</summary>
    public static RequestDelegate GetHandler(IEndpointRouteBuilder app)
    {
        var collected = new McpEndpoint(app);
        collected.MapMcp();
        return collected.DataSources.SelectMany(source => source.Endpoints).Single().RequestDelegate!;
    }
}

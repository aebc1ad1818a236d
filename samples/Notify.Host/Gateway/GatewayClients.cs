using Yarp.ReverseProxy.Forwarder;

namespace Notify.Host.Gateway;

/// <summary>Creates the HTTP clients with which the gateway calls the other processes.</summary>
internal sealed class GatewayClients(ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        // The processes are near. A dead one must be noticed before the time of a try is over.
        handler.ConnectTimeout = TimeSpan.FromSeconds(2);
        // Notices that the other machine is gone while a stream is silent.
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(15);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        // Follows changes of the addresses behind a name.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        context.ClusterId.EndsWith("-lines", StringComparison.Ordinal)
            ? new FlushingHandler(base.WrapHandler(context, handler))
            : base.WrapHandler(context, handler);

    private sealed class FlushingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is { } content)
                request.Content = new FlushedContent(content);
            return base.SendAsync(request, cancellationToken);
        }
    }
}

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.FakeGateways;

/// <summary>Kestrel on a free port of 127.0.0.1. All fake vendors over HTTP use it.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _connections;
    private int _accepted;

    private GatewayServer(WebApplication application, GatewayAuthority? authority) =>
        (_application, Authority) = (application, authority);

    /// <summary>The address that it listens on, such as <c>https://127.0.0.1:41233/</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The authority that issued its certificate, or null without TLS.</summary>
    public GatewayAuthority? Authority { get; }

    /// <summary>The number of open connections.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The number of connections accepted since the start.</summary>
    public int ConnectionsAccepted => Volatile.Read(ref _accepted);

    /// <param name="handle">Handles a request.</param>
    /// <param name="tls">
    /// Whether to use TLS, with which clients can use HTTP/2. If false, the server uses HTTP/1.1 without TLS.
    /// </param>
    /// <param name="configure">Changes the server's options, such as its HTTP/2 limits.</param>
    public static async Task<GatewayServer> StartAsync(
        RequestDelegate handle,
        bool tls,
        Action<KestrelServerOptions>? configure = null
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var authority = tls ? new GatewayAuthority() : null;
        GatewayServer? server = null;
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                configure?.Invoke(kestrel);
                kestrel.AddServerHeader = false;
                kestrel.Listen(IPAddress.Loopback, 0, listen =>
                {
                    listen.Protocols = tls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
                    listen.Use(next => connection => server!.CountAsync(next, connection));
                    if (authority is not null)
                        listen.UseHttps(authority.ServerCertificate, https =>
                            https.ClientCertificateMode = Microsoft
                                .AspNetCore
                                .Server
                                .Kestrel
                                .Https
                                .ClientCertificateMode
                                .AllowCertificate
                        );
                });
            });
        if (tls)
            builder.WebHost.UseKestrelHttpsConfiguration();
        server = new GatewayServer(builder.Build(), authority);
        server._application.Run(handle);
        await server._application.StartAsync();
        server.Address = new Uri(
            server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()
        );
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The token is already cancelled, so the server stops without waiting: a test that has ended needs no more answers.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        Authority?.Dispose();
    }

    private async Task CountAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _connections);
        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }
}

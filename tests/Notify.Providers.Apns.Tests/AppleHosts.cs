using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Apns.Tests;

/// <summary>Redirects Apple's host names to a local gateway, whose certificate does not name them.</summary>
internal static class AppleHosts
{
    public static void RedirectTo(IServiceCollection services, int port) =>
        services
            .AddHttpClient("Notify.apns")
            .ConfigurePrimaryHttpMessageHandler(
                (handler, _) =>
                {
                    var sockets = (SocketsHttpHandler)handler;
                    sockets.UseProxy = false;
                    sockets.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
                    sockets.ConnectCallback = async (_, cancellationToken) =>
                    {
                        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                        return new NetworkStream(socket, ownsSocket: true);
                    };
                }
            );
}

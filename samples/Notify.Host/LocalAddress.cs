using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Notify.Host;

/// <summary>
/// The default address of the host: a fixed port on the loopback interface, or any free port if that one is in use.
/// </summary>
internal static class LocalAddress
{
    private const int Port = 5080;

    public static void UseUnlessConfigured(WebApplicationBuilder builder)
    {
        string[] settings = ["urls", "http_ports", "https_ports"];
        if (
            settings.All(setting => string.IsNullOrEmpty(builder.Configuration[setting]))
            && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists()
        )
            builder.WebHost.UseUrls($"http://127.0.0.1:{Port}").UseSockets(options => options.CreateBoundListenSocket = Listen);
    }

    // If the host checked that the port is free and listened later, one of two hosts that start together would fail.
    private static Socket Listen(EndPoint endPoint)
    {
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
            socket.Listen();
            return socket;
        }
        catch (SocketException exception)
            when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            // Windows denies access to a port that it has reserved for itself.
            socket?.Dispose();
            return SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(IPAddress.Loopback, 0));
        }
    }
}

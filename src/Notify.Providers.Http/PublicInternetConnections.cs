using System.Net;
using System.Net.Sockets;

namespace Notify.Providers.Http;

/// <summary>Connections to hosts that users name, by a webhook's URL or a push subscription's endpoint.</summary>
public static class PublicInternetConnections
{
    /// <summary>
    /// Has a client connect to addresses of the public internet only, so that no URL reaches the services beside this one:
    /// loopback, private, link-local and the other special-purpose addresses (RFC 6890) are refused, whether the URL spells them
    /// or its name resolves to them, and every redirect's anew. No proxy is used. HTTP/3, whose connections are made elsewhere,
    /// must not be asked for.
    /// </summary>
    /// <param name="handler">The client's connections, before they are used.</param>
    public static void AllowPublicInternetOnly(this SocketsHttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        // A proxy would connect in this process's place, past the check of the address.
        handler.UseProxy = false;
        handler.ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken);
    }

    /// <summary>Whether a request failed because its target is not on the public internet. It was not connected to.</summary>
    /// <param name="exception">The failure.</param>
    public static bool IsRefusal(HttpRequestException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.GetBaseException() is TargetRefusedException;
    }

    // The check is made on the addresses that are then connected to: a name that is looked up once for the check and once for the
    // connection could point elsewhere the second time.
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        if (!Array.TrueForAll(addresses, PublicInternet.Contains))
            throw new TargetRefusedException();

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class TargetRefusedException() : Exception("The target is not on the public internet.");
}

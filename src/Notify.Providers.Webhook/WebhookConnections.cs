using System.Net;
using System.Net.Sockets;

namespace Notify.Providers.Webhook;

/// <summary>How the provider connects to endpoints that it does not know.</summary>
internal static class WebhookConnections
{
    /// <summary>After this a connection is made anew, so that a changed DNS record is followed.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>A body up to this size is read over, so that its connection can be used again; a longer one is cut off.</summary>
    private const int MaxDrainedBytes = 16 * 1024;

    public static SocketsHttpHandler CreateHandler(WebhookOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would connect in this process's place, past the check of the address.
        UseProxy = false,
        // Spans of the HTTP client carry the URL, and a trace header would tell strangers about this system.
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = ConnectionLifetime,
        MaxResponseDrainSize = MaxDrainedBytes,
        ConnectTimeout = options.ConnectTimeout,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, options, cancellationToken),
    };

    // The check is made on the addresses that are then connected to: a name that is looked up once for the check and once for the
    // connection could point elsewhere the second time.
    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint target, WebhookOptions options, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        if (!options.AllowPrivateNetworks && !Array.TrueForAll(addresses, PublicInternet.Contains))
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
}

/// <summary>The target is not on the public internet, and was not connected to.</summary>
internal sealed class TargetRefusedException() : Exception("The target is not on the public internet.");

using System.Net;
using System.Net.Sockets;

namespace Notify.Providers.Http;

/// <summary>Connections to hosts that users name, by a webhook's URL or a push subscription's endpoint.</summary>
public static class PublicInternetConnections
{
    private const string NotReached = "the endpoint could not be reached";

    /// <summary>
    /// Limits a client to addresses of the public internet, so that a URL cannot reach internal services. Loopback,
    /// private, link-local and the other special-purpose addresses (RFC 6890) are refused, whether the URL has such an address or
    /// its name resolves to one, and again for each redirect. No proxy is used. Do not request HTTP/3: its connections are not
    /// checked.
    /// </summary>
    /// <param name="handler">The client's connections, before they are used.</param>
    public static void AllowPublicInternetOnly(this SocketsHttpHandler handler) => handler.AllowPublicInternetOnly(_ => false);

    /// <summary>
    /// Limits a client like <see cref="AllowPublicInternetOnly(SocketsHttpHandler)"/>, except for the hosts that the operator
    /// trusts.
    /// </summary>
    /// <param name="handler">The client's connections, before they are used.</param>
    /// <param name="isTrusted">
    /// Determines whether a host may have any address. The host and the port are those of the URL; each redirect is asked for
    /// again.
    /// </param>
    public static void AllowPublicInternetOnly(this SocketsHttpHandler handler, Func<DnsEndPoint, bool> isTrusted)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(isTrusted);
        // A proxy would connect in this process's place, without the check of the address.
        handler.UseProxy = false;
        handler.ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, isTrusted, cancellationToken);
    }

    /// <summary>
    /// Gets whether a request failed because its URL has an address that is not on the public internet. Nothing was connected to.
    /// </summary>
    /// <remarks>
    /// False where the URL has a name and the name resolves to such an address: see <see cref="CreateOutcome"/>.
    /// </remarks>
    /// <param name="exception">The failure.</param>
    public static bool IsRefusedAddress(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.GetBaseException() is TargetRefusedException { IsName: false };
    }

    /// <summary>
    /// Creates the outcome of a request that failed, as <see cref="HttpFailures.CreateEndpointOutcome"/> does, but without
    /// telling users about the operator's network. A name that does not exist, a name that resolves to a private address, and a
    /// host that does not accept the connection have the same outcome. Otherwise a user could try out names and learn which ones
    /// the internal DNS knows.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="exception">The failure.</param>
    /// <param name="detail">
    /// The cause, without the address, for the operator's log; null where the outcome's reason contains it.
    /// </param>
    public static Outcome CreateOutcome(HttpRequestMessage? request, Exception exception, out string? detail)
    {
        ArgumentNullException.ThrowIfNull(exception);
        detail = exception.GetBaseException() switch
        {
            TargetRefusedException => "the host is not on the public internet",
            _ when IsWithoutConnection(request, exception) => HttpFailures.Describe(exception),
            _ => null,
        };
        return detail is null ? HttpFailures.CreateEndpointOutcome(request, exception) : Outcome.Retry(NotReached);
    }

    private static bool IsWithoutConnection(HttpRequestMessage? request, Exception exception) =>
        !HttpFailures.WasSent(request, exception)
        && exception
            is OperationCanceledException
                or HttpRequestException
                {
                    HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                };

    // The addresses that are checked are those that are connected to. A name that is resolved once for the check and once for the
    // connection could resolve to another address the second time.
    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint target,
        Func<DnsEndPoint, bool> isTrusted,
        CancellationToken cancellationToken
    )
    {
        var isName = !IPAddress.TryParse(target.Host, out var address);
        IPAddress[] addresses = isName
            ? await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false)
            : [address!];
        if (!isTrusted(target) && !Array.TrueForAll(addresses, PublicInternet.Contains))
            throw new TargetRefusedException(isName && !IsLocalhost(target.Host));

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

    // RFC 6761 section 6.3: these names are loopback addresses everywhere, so refusing them reveals nothing about this network.
    private static bool IsLocalhost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private sealed class TargetRefusedException(bool isName) : Exception("The target is not on the public internet.")
    {
        public bool IsName => isName;
    }
}

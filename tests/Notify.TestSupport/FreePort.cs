using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Notify.TestSupport;

/// <summary>
/// Hands out TCP ports on the loopback address that are free at the moment and that no other test was given, including tests
/// in other processes.
/// </summary>
/// <remarks>
/// A server may listen only seconds after its port was handed out, so a look at the port does not show that it is taken. The
/// process therefore keeps the UDP port of the same number until it ends. No server of the tests uses UDP.
/// </remarks>
public static class FreePort
{
    // Below the range from which the system gives ports to outgoing connections (32,768 and up on Linux). A port of that range
    // may be taken by a connection of another test before its server listens. A node of Redis Cluster also listens 10,000 higher.
    private const int First = 11_000;
    private const int Last = 21_000;

    private static readonly ConcurrentBag<Socket> Reservations = [];

    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (TryReserve(port) && IsFree(port))
                return port;
        }
    }

    private static bool TryReserve(int port)
    {
        var reservation = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            reservation.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException)
        {
            reservation.Dispose();
            return false;
        }

        // The reference keeps the socket open.
        Reservations.Add(reservation);
        return true;
    }

    private static bool IsFree(int port)
    {
        try
        {
            // Some servers listen on every address, so the port must be free on all of them.
            using var listener = new TcpListener(IPAddress.Any, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

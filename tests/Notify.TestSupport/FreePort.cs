using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Notify.TestSupport;

/// <summary>
/// Hands out TCP ports on the loopback address that are free at the moment and that no other test in this process was given.
/// </summary>
public static class FreePort
{
    // Below the range from which the system gives ports to outgoing connections (32,768 and up on Linux). A port of that range
    // may be taken by a connection of another test before its server listens. A node of Redis Cluster also listens 10,000 higher.
    private const int First = 11_000;
    private const int Last = 21_000;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (Given.TryAdd(port, true) && IsFree(port))
                return port;
        }
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

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Notify.Testing;

/// <summary>
/// Hands out TCP ports on the loopback address that are free at the moment and that no other test in this process was given.
/// </summary>
public static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (Given.TryAdd(port, true))
                return port;
        }
    }
}

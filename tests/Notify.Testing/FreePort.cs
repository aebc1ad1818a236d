using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Notify.Testing;

/// <summary>
/// A TCP port of the loopback address that nobody listens on at present, and that was not given to another test.
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

using System.Net;
using System.Net.Sockets;

namespace Notify.Host;

/// <summary>
/// Chooses the default address of the host: a fixed port on the loopback interface, or any free port if that one is in use.
/// </summary>
internal static class LocalAddress
{
    private const int Port = 5080;

    public static void ChooseUnlessConfigured(WebApplication app)
    {
        string[] settings = ["urls", "http_ports", "https_ports"];
        if (
            settings.All(setting => string.IsNullOrEmpty(app.Configuration[setting]))
            && !app.Configuration.GetSection("Kestrel:Endpoints").Exists()
        )
            app.Urls.Add($"http://127.0.0.1:{(IsFree(Port) ? Port : 0)}");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

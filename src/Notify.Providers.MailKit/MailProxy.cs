using System.Net;
using MailKit.Net.Proxy;

namespace Notify.Providers.MailKit;

/// <summary>Creates MailKit's proxy clients from URLs.</summary>
internal static class MailProxy
{
    public static bool IsSupported(Uri proxy) =>
        proxy is { IsAbsoluteUri: true, Scheme: "socks5" or "socks4" or "socks4a" or "http", Host.Length: > 0, Port: > 0 };

    public static IProxyClient Create(Uri proxy)
    {
        var (host, port, login) = (proxy.Host, proxy.Port, GetCredentials(proxy));
        return proxy.Scheme switch
        {
            "socks4" => login is null ? new Socks4Client(host, port) : new Socks4Client(host, port, login),
            "socks4a" => login is null ? new Socks4aClient(host, port) : new Socks4aClient(host, port, login),
            "socks5" => login is null ? new Socks5Client(host, port) : new Socks5Client(host, port, login),
            _ => login is null ? new HttpProxyClient(host, port) : new HttpProxyClient(host, port, login),
        };
    }

    private static NetworkCredential? GetCredentials(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0)
            return null;
        var parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}

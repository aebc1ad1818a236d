using System.Net;
using MailKit.Net.Proxy;

namespace Notify.Providers.MailKit;

/// <summary>Turns a URL into MailKit's client of a proxy.</summary>
internal static class MailProxy
{
    public static bool IsSupported(Uri proxy) =>
        proxy is { IsAbsoluteUri: true, Scheme: "socks5" or "socks4" or "socks4a" or "http", Host.Length: > 0, Port: > 0 };

    public static IProxyClient Create(Uri proxy)
    {
        var credentials = CredentialsOf(proxy);
        return proxy.Scheme switch
        {
            "socks4" => credentials is null ? new Socks4Client(proxy.Host, proxy.Port) : new Socks4Client(proxy.Host, proxy.Port, credentials),
            "socks4a" => credentials is null ? new Socks4aClient(proxy.Host, proxy.Port) : new Socks4aClient(proxy.Host, proxy.Port, credentials),
            "socks5" => credentials is null ? new Socks5Client(proxy.Host, proxy.Port) : new Socks5Client(proxy.Host, proxy.Port, credentials),
            _ => credentials is null ? new HttpProxyClient(proxy.Host, proxy.Port) : new HttpProxyClient(proxy.Host, proxy.Port, credentials),
        };
    }

    private static NetworkCredential? CredentialsOf(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0)
            return null;
        var parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}

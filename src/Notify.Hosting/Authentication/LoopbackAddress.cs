using System.Net;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Determines whether addresses and calls are local to this machine.</summary>
internal static class LoopbackAddress
{
    /// <summary>
    /// The headers that proxies and content delivery networks add: those of RFC 7239, RFC 9110 (section 7.6.3) and RFC 8586, and
    /// proprietary ones.
    /// </summary>
    private static readonly string[] ProxyHeaders =
    [
        "Forwarded",
        "Via",
        "CDN-Loop",
        "X-Real-IP",
        "X-Client-IP",
        "X-Cluster-Client-IP",
        "X-Envoy-External-Address",
        "True-Client-IP",
        "CF-Connecting-IP",
        "Fastly-Client-IP",
    ];

    /// <summary>Returns whether only this machine can reach a listen address, such as <c>http://127.0.0.1:5080</c>.</summary>
    public static bool IsLocal(string listenAddress)
    {
        var binding = BindingAddress.Parse(listenAddress);
        return binding.IsUnixPipe || binding.IsNamedPipe || IsLocalHost(binding.Host);
    }

    /// <summary>
    /// Returns whether a call comes from this machine and is meant for it. The connection alone does not prove this. A foreign
    /// host name means that a proxy forwarded the call, or that a web page resolved its own name to 127.0.0.1 (DNS rebinding). A
    /// local proxy may send a local host name, but it adds a header that names the client.
    /// </summary>
    public static bool IsLocal(HttpContext context) =>
        IsLoopbackOrUnknown(context.Connection.LocalIpAddress)
        && IsLoopbackOrUnknown(context.Connection.RemoteIpAddress)
        && (!context.Request.Host.HasValue || IsLocalHost(context.Request.Host.Host))
        && !context.Request.Headers.Keys.Any(IsProxyHeader);

    // Connections of Unix domain sockets and of test servers have no address.
    private static bool IsLoopbackOrUnknown(IPAddress? address) => address is null || IPAddress.IsLoopback(address);

    private static bool IsProxyHeader(string header) =>
        ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase)
        || header.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase);

    private static bool IsLocalHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

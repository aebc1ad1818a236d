using System.Net;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Tells what only this machine can reach.</summary>
internal static class LoopbackAddress
{
    /// <summary>
    /// RFC 7239, RFC 9110 section 7.6.3, RFC 8586, and what proxies and content delivery networks add of their own.
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

    /// <summary>Whether a listen address such as <c>http://127.0.0.1:5080</c> is open to this machine only.</summary>
    public static bool IsLocal(string listenAddress)
    {
        var binding = BindingAddress.Parse(listenAddress);
        return binding.IsUnixPipe || binding.IsNamedPipe || IsLocalHost(binding.Host);
    }

    /// <summary>
    /// Whether a call came from this machine for this machine. The host name counts, too: a foreign one means that a proxy
    /// passed the call on, or that a web page had its own name resolved to 127.0.0.1 (DNS rebinding). A proxy on this machine may
    /// write a local host name, but it says for whom it forwards.
    /// </summary>
    public static bool IsLocal(HttpContext context) =>
        IsLoopbackOrUnknown(context.Connection.LocalIpAddress)
        && IsLoopbackOrUnknown(context.Connection.RemoteIpAddress)
        && (!context.Request.Host.HasValue || IsLocalHost(context.Request.Host.Host))
        && !context.Request.Headers.Keys.Any(IsOfProxy);

    // A Unix domain socket and a test server have no addresses.
    private static bool IsLoopbackOrUnknown(IPAddress? address) => address is null || IPAddress.IsLoopback(address);

    private static bool IsOfProxy(string header) =>
        ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase)
        || header.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase);

    private static bool IsLocalHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

using System.Net;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>Tells what only this machine can reach.</summary>
internal static class LoopbackAddress
{
    /// <summary>Whether a listen address such as <c>http://127.0.0.1:5080</c> is open to this machine only.</summary>
    public static bool IsLocal(string listenAddress)
    {
        var binding = BindingAddress.Parse(listenAddress);
        return binding.IsUnixPipe || binding.IsNamedPipe || IsLocalHost(binding.Host);
    }

    /// <summary>
    /// Whether a call came from this machine for this machine. The host name counts, too: a foreign one means that a proxy
    /// passed the call on, or that a web page had its own name resolved to 127.0.0.1 (DNS rebinding).
    /// </summary>
    public static bool IsLocal(HttpContext context) =>
        (context.Connection.LocalIpAddress is not { } address || IPAddress.IsLoopback(address))
        && (!context.Request.Host.HasValue || IsLocalHost(context.Request.Host.Host));

    private static bool IsLocalHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

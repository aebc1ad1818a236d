using System.Net;

namespace Notify.Host.Identity;

/// <summary>The rule for URLs of issuers.</summary>
internal static class IssuerUrl
{
    /// <summary>Determines whether answers cannot be changed on the way: the URL has HTTPS, or stays on this machine.</summary>
    public static bool IsSafe(Uri url) =>
        url.IsAbsoluteUri
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && IsLoopback(url.Host.Trim('[', ']'))));

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

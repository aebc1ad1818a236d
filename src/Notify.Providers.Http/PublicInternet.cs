using System.Net;
using System.Net.Sockets;

namespace Notify.Providers.Http;

/// <summary>Distinguishes addresses of the public internet from all others.</summary>
internal static class PublicInternet
{
    /// <summary>The IPv6 addresses that are routed: RFC 4291 section 2.4, as allocated by IANA.</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>IPv4 addresses as an IPv6-only network sees them: RFC 6052.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>
    /// Networks that are not globally reachable according to IANA's special-purpose registries (RFC 6890), and multicast.
    /// </summary>
    private static readonly IPNetwork[] Special =
    [
        .. (
            (string[])
                [
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20",
                    // Microsoft, "What is IP address 168.63.129.16?": the host of a virtual machine in Azure.
                    "168.63.129.16/32",
                ]
        ).Select(network => IPNetwork.Parse(network)),
    ];

    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return Contains(address.MapToIPv4());
        if (Nat64.Contains(address))
            return Contains(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address))
            return false;
        return !Array.Exists(Special, network => network.Contains(address));
    }
}

using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>
/// Counts calls with a wrong key by the client's address, and refuses a client for the rest of the minute in which it had too
/// many, so that keys cannot be tried out and the log cannot be filled.
/// </summary>
internal sealed class FailedCalls(TimeProvider time)
{
    /// <summary>More than a person or a wrongly configured client that retries with care needs.</summary>
    public const int Max = 20;

    /// <summary>Bounds the memory that many addresses can take. Beyond, the oldest counts go.</summary>
    private const int MaxClients = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<IPAddress, Failures> _clients = new();

    /// <summary>How long a client is still refused; null when it is not.</summary>
    public TimeSpan? Wait(HttpContext context)
    {
        if (_clients.IsEmpty || !_clients.TryGetValue(ClientOf(context), out var failures) || failures.Count < Max)
            return null;

        var left = failures.Since + Window - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>Counts a failure; true for the one that begins to refuse the client.</summary>
    public bool Add(HttpContext context)
    {
        var now = time.GetUtcNow();
        if (_clients.Count >= MaxClients)
            Forget(now);
        var failures = _clients.AddOrUpdate(
            ClientOf(context),
            static (_, now) => new Failures(1, now),
            static (_, known, now) => now - known.Since < Window ? known with { Count = known.Count + 1 } : new Failures(1, now),
            now
        );
        return failures.Count == Max;
    }

    /// <summary>
    /// The address that calls. A client with IPv6 has as many addresses as it likes within its network of 64 bits, so that
    /// counts.
    /// </summary>
    public static IPAddress ClientOf(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return address;

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var client in _clients.Where(client => now - client.Value.Since >= Window).ToArray())
            _clients.TryRemove(client);
        if (_clients.Count >= MaxClients)
            _clients.Clear();
    }

    private sealed record Failures(int Count, DateTimeOffset Since);
}

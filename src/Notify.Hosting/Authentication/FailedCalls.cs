using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Authentication;

/// <summary>
/// Counts calls with an invalid key per client address. A client with too many of them is refused for the rest of the minute, so
/// that it can neither guess keys nor flood the log.
/// </summary>
internal sealed class FailedCalls(TimeProvider time)
{
    /// <summary>
    /// The number of failures per minute at which a client is refused. A person, or a misconfigured client that retries with
    /// delays, does not reach it.
    /// </summary>
    public const int Max = 20;

    /// <summary>
    /// The maximum number of clients that are counted, which bounds the memory. Beyond it, old counts are dropped.
    /// </summary>
    private const int MaxClients = 10_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<IPAddress, Failures> _clients = new();

    /// <summary>Gets the time for which a client is still refused, or null if it is not refused.</summary>
    public TimeSpan? Wait(HttpContext context)
    {
        if (_clients.IsEmpty || !_clients.TryGetValue(GetClient(context), out var failures) || failures.Count < Max)
            return null;

        var left = failures.Since + Window - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : null;
    }

    /// <summary>Counts a failure. Returns the client's failures of this minute.</summary>
    public int Add(HttpContext context)
    {
        var now = time.GetUtcNow();
        if (_clients.Count >= MaxClients)
            RemoveOldCounts(now);
        var failures = _clients.AddOrUpdate(
            GetClient(context),
            static (_, now) => new Failures(1, now),
            static (_, known, now) => now - known.Since < Window ? known with { Count = known.Count + 1 } : new Failures(1, now),
            now
        );
        return failures.Count;
    }

    /// <summary>
    /// Gets the address by which a client is counted. For IPv6 this is the network of 64 bits, because a client can use any
    /// address within it.
    /// </summary>
    public static IPAddress GetClient(HttpContext context)
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

    private void RemoveOldCounts(DateTimeOffset now)
    {
        foreach (var client in _clients.Where(client => now - client.Value.Since >= Window).ToArray())
            _clients.TryRemove(client);
        if (_clients.Count >= MaxClients)
            _clients.Clear();
    }

    private sealed record Failures(int Count, DateTimeOffset Since);
}

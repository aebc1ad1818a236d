using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Authentication;

namespace Notify.Hosting.Requests;

/// <summary>Endpoint metadata that limits the number of open event streams per API key.</summary>
internal sealed class StreamLimit(int max, ApiKeys keys)
{
    private readonly ConcurrentDictionary<int, int> _open = new();

    public int Max => max;

    /// <summary>
    /// Registers a stream until the result is disposed. Returns null if the caller's key has reached its limit.
    /// </summary>
    public IDisposable? TryEnter(HttpContext context)
    {
        var key = keys.Find(context.Request.Headers.Authorization) ?? 0;
        if (_open.AddOrUpdate(key, 1, static (_, open) => open + 1) <= max)
            return new Entry(this, key);

        Exit(key);
        return null;
    }

    private void Exit(int key) => _open.AddOrUpdate(key, 0, static (_, open) => open - 1);

    private sealed class Entry(StreamLimit limit, int key) : IDisposable
    {
        public void Dispose() => limit.Exit(key);
    }
}

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Authentication;

namespace Notify.Hosting.Requests;

/// <summary>Endpoint metadata that limits the number of open event streams per caller.</summary>
internal interface IStreamLimit
{
    /// <summary>Gets the number of streams that a caller may have open.</summary>
    int Max { get; }

    /// <summary>
    /// Registers a stream until the result is disposed. Returns null if the caller has reached its limit.
    /// </summary>
    IDisposable? TryEnter(HttpContext context);
}

/// <summary>Limits the number of open event streams per API key.</summary>
internal sealed class StreamLimit(int max) : IStreamLimit
{
    private readonly ConcurrentDictionary<string, int> _open = new();

    public int Max => max;

    /// <summary>
    /// Registers a stream until the result is disposed. Returns null if the caller's key has reached its limit.
    /// </summary>
    public IDisposable? TryEnter(HttpContext context)
    {
        var key = Caller.Find(context)?.Id ?? "";
        if (_open.AddOrUpdate(key, 1, static (_, open) => open + 1) <= max)
            return new Entry(this, key);

        Exit(key);
        return null;
    }

    private void Exit(string key)
    {
        if (_open.AddOrUpdate(key, 0, static (_, open) => open - 1) == 0)
            _open.TryRemove(KeyValuePair.Create(key, 0));
    }

    private sealed class Entry(StreamLimit limit, string key) : IDisposable
    {
        public void Dispose() => limit.Exit(key);
    }
}

using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Authentication;

namespace Notify.Hosting.Requests;

/// <summary>How many event streams each key may have open. Metadata of the endpoints.</summary>
internal sealed class StreamPlaces(int max, ApiKeys keys)
{
    private readonly ConcurrentDictionary<int, int> _open = new();

    public int Max => max;

    /// <summary>Takes a place for a caller; null when its key has as many streams as it may.</summary>
    public IDisposable? TryTake(HttpContext context)
    {
        var key = keys.Find(context.Request.Headers.Authorization) ?? 0;
        if (_open.AddOrUpdate(key, 1, static (_, open) => open + 1) <= max)
            return new Place(this, key);

        Give(key);
        return null;
    }

    private void Give(int key) => _open.AddOrUpdate(key, 0, static (_, open) => open - 1);

    private sealed class Place(StreamPlaces places, int key) : IDisposable
    {
        public void Dispose() => places.Give(key);
    }
}

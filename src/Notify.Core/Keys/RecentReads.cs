using System.Collections.Concurrent;

namespace Notify.Core.Keys;

/// <summary>Remembers what was read for a short time. Concurrent callers share one read.</summary>
internal sealed class RecentReads<TKey, TValue>(TimeProvider time, int maxCount)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    /// <summary>Gets a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="maxAge">The time for which an earlier read is used, from its beginning.</param>
    /// <param name="read">Reads the value, if no earlier read is usable.</param>
    public Task<TValue> GetAsync(TKey key, TimeSpan maxAge, Func<TKey, ValueTask<TValue>> read)
    {
        if (_entries.TryGetValue(key, out var known) && IsUsable(known, maxAge))
            return known.Value;

        if (_entries.Count >= maxCount)
            RemoveOld(maxAge);
        return _entries
            .AddOrUpdate(key, _ => Begin(key, read), (_, current) => IsUsable(current, maxAge) ? current : Begin(key, read))
            .Value;
    }

    /// <summary>
    /// Forgets a value. A read that began before may answer calls that began before, but no later ones.
    /// </summary>
    public void Forget(TKey key) => _entries.TryRemove(key, out _);

    private Entry Begin(TKey key, Func<TKey, ValueTask<TValue>> read) =>
        new(time.GetTimestamp(), new Lazy<Task<TValue>>(() => read(key).AsTask()));

    private bool IsUsable(Entry entry, TimeSpan maxAge) =>
        time.GetElapsedTime(entry.BegunAt) < maxAge && !(entry.Lazy.IsValueCreated && entry.Value.IsFaulted);

    private void RemoveOld(TimeSpan maxAge)
    {
        foreach (var entry in _entries.Where(entry => !IsUsable(entry.Value, maxAge)))
            _entries.TryRemove(entry);
        if (_entries.Count >= maxCount)
            _entries.Clear();
    }

    private sealed record Entry(long BegunAt, Lazy<Task<TValue>> Lazy)
    {
        public Task<TValue> Value => Lazy.Value;
    }
}

namespace Notify.Providers.Mail.Attachments;

/// <summary>
/// The files of notifications that are being sent. Deliveries that need the same file at the same time wait for one fetch. The
/// cache belongs to a notification, not to a URL: another notification, perhaps of another tenant, must see what the server
/// returns to it. Thread-safe.
/// </summary>
internal sealed class AttachmentCache : IDisposable
{
    private const int MaxEntries = 1_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>A server that is failing is not asked again by each of a million deliveries, but soon.</summary>
    private static readonly TimeSpan FailureLifetime = TimeSpan.FromSeconds(1);

    private readonly long _maxBytes;
    private readonly TimeProvider _time;
    private readonly ITimer _sweep;
    private readonly Lock _lock = new();
    private readonly Dictionary<(Guid Notification, string Url), Entry> _entries = [];

    /// <summary>The entries, the one that was used last first.</summary>
    private readonly LinkedList<Entry> _byUse = [];

    private long _bytes;

    public AttachmentCache(long maxBytes, TimeProvider time)
    {
        (_maxBytes, _time) = (maxBytes, time);
        _sweep = time.CreateTimer(_ => RemoveExpired(), null, Lifetime, Lifetime);
    }

    /// <summary>Gets a file, which is fetched unless it is kept or another call is fetching it.</summary>
    public Task<FetchedFile> GetAsync(Guid notification, string url, Func<Task<FetchedFile>> fetch)
    {
        Entry? entry;
        lock (_lock)
        {
            if (_entries.TryGetValue((notification, url), out entry) && !IsExpired(entry))
            {
                _byUse.Remove(entry.Place);
                _byUse.AddFirst(entry.Place);
            }
            else
            {
                if (entry is not null)
                    Remove(entry);
                entry = new Entry((notification, url), self => FetchAsync(self, fetch));
                _entries.Add(entry.Key, entry);
                _byUse.AddFirst(entry.Place);
                Trim();
            }
        }

        return entry.File.Value;
    }

    public void Dispose() => _sweep.Dispose();

    private async Task<FetchedFile> FetchAsync(Entry entry, Func<Task<FetchedFile>> fetch)
    {
        var file = await fetch().ConfigureAwait(false);
        lock (_lock)
        {
            entry.Expires = _time.GetUtcNow() + (file.Failure?.Kind == OutcomeKind.Retry ? FailureLifetime : Lifetime);
            if (_entries.GetValueOrDefault(entry.Key) == entry)
            {
                entry.Bytes = file.Bytes.Length;
                _bytes += entry.Bytes;
                Trim();
            }
        }

        return file;
    }

    private bool IsExpired(Entry entry) => entry.Expires <= _time.GetUtcNow();

    private void RemoveExpired()
    {
        lock (_lock)
        {
            foreach (var entry in _entries.Values.Where(IsExpired).ToArray())
                Remove(entry);
        }
    }

    private void Trim()
    {
        while ((_bytes > _maxBytes || _entries.Count > MaxEntries) && _byUse.Last is { } oldest)
            Remove(oldest.Value);
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        _byUse.Remove(entry.Place);
        _bytes -= entry.Bytes;
    }

    private sealed class Entry
    {
        public Entry((Guid Notification, string Url) key, Func<Entry, Task<FetchedFile>> fetch)
        {
            Key = key;
            Place = new LinkedListNode<Entry>(this);
            File = new Lazy<Task<FetchedFile>>(() => fetch(this));
        }

        public (Guid Notification, string Url) Key { get; }

        public LinkedListNode<Entry> Place { get; }

        /// <summary>The fetch, which starts outside of the lock.</summary>
        public Lazy<Task<FetchedFile>> File { get; }

        public DateTimeOffset Expires { get; set; } = DateTimeOffset.MaxValue;

        public int Bytes { get; set; }
    }
}

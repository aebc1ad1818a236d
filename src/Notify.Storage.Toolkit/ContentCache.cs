namespace Notify.Storage.Toolkit;

/// <summary>
/// Caches the contents that were used last, so that the deliveries of a broadcast do not each read and parse the same JSON.
/// Contents change only when they are erased. Thread-safe.
/// </summary>
public sealed class ContentCache
{
    /// <summary>
    /// The maximum total size of the JSON from which the cached contents were read. Attachments make some contents large.
    /// </summary>
    private const long MaxCachedBytes = 32 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LinkedListNode<Entry>> _byNotification = [];
    private readonly LinkedList<Entry> _lastUsedFirst = new();
    private long _cachedBytes;

    /// <summary>Finds the contents of a notification; null when they are not cached.</summary>
    /// <param name="notificationId">The notification.</param>
    public StoredContents? Find(Guid notificationId)
    {
        lock (_lock)
        {
            if (!_byNotification.TryGetValue(notificationId, out var node))
                return null;
            _lastUsedFirst.Remove(node);
            _lastUsedFirst.AddFirst(node);
            return node.Value.Contents;
        }
    }

    /// <summary>Finds the contents of several notifications.</summary>
    /// <param name="notificationIds">The notifications. They may repeat.</param>
    /// <param name="missing">The notifications whose contents are not cached, each once.</param>
    public Dictionary<Guid, StoredContents> Find(IEnumerable<Guid> notificationIds, out HashSet<Guid> missing)
    {
        var found = new Dictionary<Guid, StoredContents>();
        missing = [];
        foreach (var id in notificationIds)
        {
            if (found.ContainsKey(id) || missing.Contains(id))
                continue;
            if (Find(id) is { } contents)
                found.Add(id, contents);
            else
                missing.Add(id);
        }

        return found;
    }

    /// <summary>Adds contents, and removes those that were not used for longest when the cache is full.</summary>
    /// <param name="notificationId">The notification.</param>
    /// <param name="contents">Its contents.</param>
    /// <param name="bytes">The length of the JSON they were read from.</param>
    public void Add(Guid notificationId, StoredContents contents, long bytes)
    {
        lock (_lock)
        {
            var entry = new LinkedListNode<Entry>(new Entry(notificationId, contents, bytes));
            if (!_byNotification.TryAdd(notificationId, entry))
                return;

            _lastUsedFirst.AddFirst(entry);
            _cachedBytes += bytes;
            while (_cachedBytes > MaxCachedBytes && _lastUsedFirst.Last is { } oldest)
            {
                _lastUsedFirst.Remove(oldest);
                _byNotification.Remove(oldest.Value.NotificationId);
                _cachedBytes -= oldest.Value.Bytes;
            }
        }
    }

    /// <summary>Removes the contents of a notification, because they were erased.</summary>
    /// <param name="notificationId">The notification.</param>
    public void Remove(Guid notificationId)
    {
        lock (_lock)
        {
            if (!_byNotification.Remove(notificationId, out var node))
                return;
            _lastUsedFirst.Remove(node);
            _cachedBytes -= node.Value.Bytes;
        }
    }

    private sealed record Entry(Guid NotificationId, StoredContents Contents, long Bytes);
}

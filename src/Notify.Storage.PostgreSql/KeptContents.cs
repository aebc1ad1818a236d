namespace Notify.Storage.PostgreSql;

/// <summary>
/// Keeps the contents that were used last, so that a broadcast's deliveries do not each read and parse the same. Contents change
/// only when they are erased.
/// </summary>
internal sealed class KeptContents
{
    /// <summary>How much JSON the kept contents came from, at most: attachments make some large.</summary>
    private const long MaxKeptBytes = 32 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LinkedListNode<Kept>> _byNotification = [];
    private readonly LinkedList<Kept> _lastUsedFirst = new();
    private long _keptBytes;

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

    /// <param name="notificationId">The notification.</param>
    /// <param name="contents">Its contents.</param>
    /// <param name="bytes">The JSON's length.</param>
    public void Keep(Guid notificationId, StoredContents contents, long bytes)
    {
        lock (_lock)
        {
            var kept = new LinkedListNode<Kept>(new Kept(notificationId, contents, bytes));
            if (!_byNotification.TryAdd(notificationId, kept))
                return;

            _lastUsedFirst.AddFirst(kept);
            _keptBytes += bytes;
            while (_keptBytes > MaxKeptBytes && _lastUsedFirst.Last is { } oldest)
            {
                _lastUsedFirst.Remove(oldest);
                _byNotification.Remove(oldest.Value.NotificationId);
                _keptBytes -= oldest.Value.Bytes;
            }
        }
    }

    /// <summary>Drops the contents of a notification that were erased.</summary>
    public void Remove(Guid notificationId)
    {
        lock (_lock)
        {
            if (!_byNotification.Remove(notificationId, out var node))
                return;
            _lastUsedFirst.Remove(node);
            _keptBytes -= node.Value.Bytes;
        }
    }

    private sealed record Kept(Guid NotificationId, StoredContents Contents, long Bytes);
}

using Microsoft.Data.Sqlite;
using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>
/// Reads the contents that the deliveries of a notification share. It caches recently read contents, because all deliveries of
/// a broadcast need the same ones.
/// </summary>
internal sealed class ContentReader(SqliteConnection connection) : IDisposable
{
    private const int MaxCached = 256;

    private readonly Statement _find = new(connection, "SELECT contents FROM notify_notification WHERE id = @id");
    private readonly Dictionary<Guid, StoredContents> _byNotification = [];
    private readonly Queue<Guid> _oldest = new();

    public StoredContents Find(Guid notificationId)
    {
        if (_byNotification.TryGetValue(notificationId, out var known))
            return known;

        _find.Bind("@id", notificationId).Read();
        var contents = StoredForm.ReadContents(_find.Blob(0));
        _find.Reset();
        if (_oldest.Count == MaxCached)
            _byNotification.Remove(_oldest.Dequeue());
        _byNotification.Add(notificationId, contents);
        _oldest.Enqueue(notificationId);
        return contents;
    }

    public void Dispose() => _find.Dispose();
}

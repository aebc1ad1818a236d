using Microsoft.Data.Sqlite;

namespace Notify.Storage.Sqlite;

/// <summary>
/// The contents that a notification's deliveries share. The last ones read are kept, so that a broadcast's deliveries do not
/// each read and parse the same.
/// </summary>
internal sealed class SqliteContents(SqliteConnection connection) : IDisposable
{
    private const int Kept = 256;

    private readonly SqliteStatement _find = new(connection, "SELECT contents FROM notify_notification WHERE id = ?1");
    private readonly Dictionary<Guid, StoredContents> _byNotification = [];
    private readonly Queue<Guid> _oldest = new();

    public StoredContents Of(Guid notificationId)
    {
        if (_byNotification.TryGetValue(notificationId, out var known))
            return known;

        _find.Bind(1, notificationId).Read();
        var contents = StoredForm.ReadContents(_find.Blob(0));
        _find.Reset();
        if (_oldest.Count == Kept)
            _byNotification.Remove(_oldest.Dequeue());
        _byNotification.Add(notificationId, contents);
        _oldest.Enqueue(notificationId);
        return contents;
    }

    public void Dispose() => _find.Dispose();
}

using Npgsql;

namespace Notify.Storage.PostgreSql;

/// <summary>
/// The contents that a notification's deliveries share. Those used last are kept, so that a broadcast's deliveries do not each
/// read and parse the same; they never change.
/// </summary>
internal sealed class PostgreSqlContents(PostgreSqlDatabase database)
{
    /// <summary>How much JSON the kept contents came from, at most: attachments make some large.</summary>
    private const long MaxKeptBytes = 32 * 1024 * 1024;

    private readonly string _find = $"SELECT id, contents FROM {database.Schema}.notification WHERE id = ANY($1)";
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LinkedListNode<Kept>> _byNotification = [];
    private readonly LinkedList<Kept> _lastUsedFirst = new();
    private long _keptBytes;

    /// <summary>The contents of these notifications, those that are not kept in one query.</summary>
    public async ValueTask<Dictionary<Guid, StoredContents>> OfAsync(
        NpgsqlConnection connection, IEnumerable<Guid> notificationIds, CancellationToken cancellationToken)
    {
        var contents = new Dictionary<Guid, StoredContents>();
        var missing = new HashSet<Guid>();
        foreach (var id in notificationIds)
        {
            if (contents.ContainsKey(id))
                continue;
            if (Find(id) is { } known)
                contents.Add(id, known);
            else
                missing.Add(id);
        }

        if (missing.Count > 0)
            await ReadAsync(connection, missing, contents, cancellationToken).ConfigureAwait(false);
        return contents;
    }

    private async ValueTask ReadAsync(
        NpgsqlConnection connection, HashSet<Guid> missing, Dictionary<Guid, StoredContents> contents, CancellationToken cancellationToken)
    {
        var read = await connection.QueryAsync(_find, parameters => parameters.With(missing.ToArray()), Read, cancellationToken).ConfigureAwait(false);
        foreach (var kept in read)
        {
            contents.Add(kept.NotificationId, kept.Contents);
            Keep(kept);
        }
    }

    private static Kept Read(NpgsqlDataReader row)
    {
        var json = row.GetFieldValue<byte[]>(1);
        return new Kept(row.GetGuid(0), StoredForm.ReadContents(json), json.Length);
    }

    private StoredContents? Find(Guid notificationId)
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

    private void Keep(Kept kept)
    {
        lock (_lock)
        {
            if (!_byNotification.TryAdd(kept.NotificationId, new LinkedListNode<Kept>(kept)))
                return;

            _lastUsedFirst.AddFirst(_byNotification[kept.NotificationId]);
            _keptBytes += kept.Bytes;
            while (_keptBytes > MaxKeptBytes && _lastUsedFirst.Last is { } oldest)
            {
                _lastUsedFirst.Remove(oldest);
                _byNotification.Remove(oldest.Value.NotificationId);
                _keptBytes -= oldest.Value.Bytes;
            }
        }
    }

    private sealed record Kept(Guid NotificationId, StoredContents Contents, long Bytes);
}

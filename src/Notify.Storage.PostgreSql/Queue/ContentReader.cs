using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;

namespace Notify.Storage.PostgreSql.Queue;

/// <summary>Reads the contents that the deliveries of a notification share, and caches them.</summary>
internal sealed class ContentReader(StoreDatabase database)
{
    private readonly string _find = $"SELECT id, contents FROM {database.Schema}.notification WHERE id = ANY($1)";
    private readonly ContentCache _cache = new();

    /// <summary>Reads the contents of these notifications; one query reads those that are not in the cache.</summary>
    public async ValueTask<Dictionary<Guid, StoredContents>> GetAsync(
        NpgsqlConnection connection,
        IEnumerable<Guid> notificationIds,
        CancellationToken cancellationToken
    )
    {
        var contents = _cache.Find(notificationIds, out var missing);
        if (missing.Count > 0)
            await ReadAsync(connection, missing, contents, cancellationToken).ConfigureAwait(false);
        return contents;
    }

    /// <summary>Keeps contents that were read together with deliveries.</summary>
    public void Add(IEnumerable<(Guid NotificationId, byte[] Json)> read)
    {
        foreach (var (id, json) in read)
        {
            if (_cache.Find(id) is null)
                _cache.Add(id, StoredForm.ReadContents(json), json.Length);
        }
    }

    /// <summary>Reads the contents of a notification from the columns <c>id, contents</c>.</summary>
    public static (Guid NotificationId, byte[] Json) Read(NpgsqlDataReader row) => (row.GetGuid(0), row.GetFieldValue<byte[]>(1));

    /// <summary>Removes the erased contents of a notification from the cache.</summary>
    public void Remove(Guid notificationId) => _cache.Remove(notificationId);

    private async ValueTask ReadAsync(
        NpgsqlConnection connection,
        HashSet<Guid> missing,
        Dictionary<Guid, StoredContents> contents,
        CancellationToken cancellationToken
    )
    {
        var rows = await connection
            .QueryAsync(_find, parameters => parameters.With(missing.ToArray()), Read, cancellationToken)
            .ConfigureAwait(false);
        foreach (var (id, json) in rows)
        {
            var read = StoredForm.ReadContents(json);
            contents.Add(id, read);
            _cache.Add(id, read, json.Length);
        }
    }
}

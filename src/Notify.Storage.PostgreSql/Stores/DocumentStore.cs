using System.Globalization;
using System.Text;
using Notify.Storage.PostgreSql.Connection;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Keeps small documents. A change holds the lock of its row.</summary>
internal sealed class DocumentStore(StoreDatabase database) : IDocumentStore
{
    private const string OfKey = "collection = $1 AND tenant = $2 AND id = $3";

    private readonly string _find = $"SELECT content FROM {database.Schema}.document WHERE {OfKey}";

    private readonly string _insert = $"""
        INSERT INTO {database.Schema}.document (collection, tenant, id, content) VALUES ($1, $2, $3, $4)
        ON CONFLICT (collection, tenant, id) DO NOTHING
        """;

    private readonly string _change = $"UPDATE {database.Schema}.document SET content = $4 WHERE {OfKey}";

    private readonly string _remove = $"DELETE FROM {database.Schema}.document WHERE {OfKey}";

    // Processes that remove the same documents at the same time share the work instead of waiting for each other.
    private readonly string _removeBefore = $"""
        DELETE FROM {database.Schema}.document WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM {database.Schema}.document WHERE collection = $1 AND id < $2
            ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED))
        """;

    public async ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        var contents = await database
            .QueryAsync(_find, parameters => Bind(parameters, key), ReadContent, cancellationToken)
            .ConfigureAwait(false);
        return contents is [var content] ? new StoredDocument { Key = key, Content = content } : null;
    }

    public async ValueTask<bool> UpdateAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                async (connection, cancellation) =>
                {
                    while (true)
                    {
                        var known = await FindLockedAsync(connection, key, cancellation).ConfigureAwait(false);
                        if (change(known is null ? (ReadOnlyMemory<byte>?)null : known) is not { Length: > 0 } content)
                            return false;

                        var written = await connection
                            .ExecuteAsync(
                                known is null ? _insert : _change,
                                parameters => Bind(parameters, key).WithOrNull(NpgsqlDbType.Bytea, content.ToArray()),
                                cancellation
                            )
                            .ConfigureAwait(false);
                        // An insert finds a row that another transaction has inserted meanwhile. The row is read next.
                        if (written == 1)
                            return true;
                    }
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<bool> RemoveAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>, bool> condition,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                async (connection, cancellation) =>
                    await FindLockedAsync(connection, key, cancellation).ConfigureAwait(false) is { } content
                    && condition(content)
                    && await connection
                        .ExecuteAsync(_remove, parameters => Bind(parameters, key), cancellation)
                        .ConfigureAwait(false) == 1,
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        // Only the conditions that are set, so that the server uses the index that has the order.
        var values = new List<byte[]>();
        var sql = new StringBuilder($"SELECT tenant, id, content FROM {database.Schema}.document WHERE collection = $1");
        Add(" AND tenant = ", query.Tenant);
        Add(" AND id >= ", query.From);
        Add(" AND id > ", query.After);
        Add(" AND id < ", query.Before);
        var direction = query.IsDescending ? "DESC" : "ASC";
        sql.Append(CultureInfo.InvariantCulture, $" ORDER BY id {direction}, tenant {direction} LIMIT ${values.Count + 2}");
        return await database
            .QueryAsync(
                sql.ToString(),
                parameters =>
                {
                    parameters.With(query.Collection);
                    foreach (var value in values)
                        parameters.With(value);
                    parameters.With(query.Limit);
                },
                row => new StoredDocument
                {
                    Key = new DocumentKey(query.Collection, ReadText(row, 0), ReadText(row, 1)),
                    Content = row.GetFieldValue<byte[]>(2),
                },
                cancellationToken
            )
            .ConfigureAwait(false);

        void Add(string condition, string? value)
        {
            if (value is null)
                return;
            values.Add(Encoding.UTF8.GetBytes(value));
            sql.Append(condition).Append('$').Append(values.Count + 1);
        }
    }

    public async ValueTask<int> RemoveBeforeAsync(
        string collection,
        string before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        _removeBefore,
                        parameters => parameters.With(collection).With(Encoding.UTF8.GetBytes(before)).With(limit),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);

    private async ValueTask<byte[]?> FindLockedAsync(
        NpgsqlConnection connection,
        DocumentKey key,
        CancellationToken cancellationToken
    )
    {
        var contents = await connection
            .QueryAsync($"{_find} FOR UPDATE", parameters => Bind(parameters, key), ReadContent, cancellationToken)
            .ConfigureAwait(false);
        return contents is [var content] ? content : null;
    }

    private static NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters, DocumentKey key) =>
        parameters.With(key.Collection).With(Encoding.UTF8.GetBytes(key.Tenant)).With(Encoding.UTF8.GetBytes(key.Id));

    private static byte[] ReadContent(NpgsqlDataReader row) => row.GetFieldValue<byte[]>(0);

    private static string ReadText(NpgsqlDataReader row, int column) =>
        Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(column));
}

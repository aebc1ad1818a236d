using System.Text;
using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps small documents. The single writer makes every change atomic.</summary>
internal sealed class DocumentStore(DatabaseWriter writer, StoreDatabase database) : IDocumentStore
{
    private const string OfKey = "WHERE collection = @collection AND tenant = @tenant AND id = @id";
    private const string Select = $"SELECT content FROM notify_document {OfKey}";

    // The index of one tenant's documents, or that of all tenants, gives the order, so that a page reads only its rows.
    private const string OfTenant = "collection = @collection AND tenant = @tenant";
    private const string OfAll = "collection = @collection";

    public ValueTask<StoredDocument?> FindAsync(DocumentKey key, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, Select);
        return new(Find(statement, key) is { } content ? new StoredDocument { Key = key, Content = content } : null);
    }

    public ValueTask<bool> UpdateAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> change,
        CancellationToken cancellationToken
    ) =>
        writer.RunAsync(
            () =>
            {
                using var find = new Statement(writer.Connection, Select);
                var known = Find(find, key);
                if (change(known is null ? (ReadOnlyMemory<byte>?)null : known) is not { Length: > 0 } content)
                    return false;

                using var keep = new Statement(
                    writer.Connection,
                    """
                    INSERT INTO notify_document (collection, tenant, id, content) VALUES (@collection, @tenant, @id, @content)
                    ON CONFLICT (collection, tenant, id) DO UPDATE SET content = excluded.content
                    """
                );
                return Bind(keep, key).Bind("@content", content.Span).Execute() == 1;
            },
            cancellationToken
        );

    public ValueTask<bool> RemoveAsync(
        DocumentKey key,
        Func<ReadOnlyMemory<byte>, bool> condition,
        CancellationToken cancellationToken
    ) =>
        writer.RunAsync(
            () =>
            {
                using var find = new Statement(writer.Connection, Select);
                if (Find(find, key) is not { } content || !condition(content))
                    return false;

                using var remove = new Statement(writer.Connection, $"DELETE FROM notify_document {OfKey}");
                return Bind(remove, key).Execute() == 1;
            },
            cancellationToken
        );

    public ValueTask<IReadOnlyList<StoredDocument>> ListAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        var sql = new StringBuilder("SELECT tenant, id, content FROM notify_document WHERE ");
        sql.Append(query.Tenant is null ? OfAll : OfTenant);
        sql.Append(query.From is null ? "" : " AND id >= @from");
        sql.Append(query.After is null ? "" : " AND id > @after");
        sql.Append(query.Before is null ? "" : " AND id < @before");
        var direction = query.IsDescending ? "DESC" : "ASC";
        sql.Append(" ORDER BY id ").Append(direction).Append(", tenant ").Append(direction).Append(" LIMIT @limit");

        using var connection = database.OpenReader();
        using var statement = new Statement(connection, sql.ToString());
        statement.Bind("@collection", query.Collection);
        BindBound(statement, "@tenant", query.Tenant);
        BindBound(statement, "@from", query.From);
        BindBound(statement, "@after", query.After);
        BindBound(statement, "@before", query.Before);
        statement.Bind("@limit", query.Limit);
        var documents = new List<StoredDocument>();
        while (statement.Read())
        {
            documents.Add(
                new StoredDocument
                {
                    Key = new DocumentKey(query.Collection, Text(statement, 0), Text(statement, 1)),
                    Content = statement.Blob(2).ToArray(),
                }
            );
        }

        return new(documents);
    }

    public ValueTask<int> RemoveBeforeAsync(string collection, string before, int limit, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var remove = new Statement(
                    writer.Connection,
                    """
                    DELETE FROM notify_document WHERE rowid IN (
                        SELECT rowid FROM notify_document WHERE collection = @collection AND id < @before
                        ORDER BY id LIMIT @limit)
                    """
                );
                remove.Bind("@collection", collection).Bind("@before", Encoding.UTF8.GetBytes(before).AsSpan());
                return remove.Bind("@limit", limit).Execute();
            },
            cancellationToken
        );

    private static byte[]? Find(Statement find, DocumentKey key)
    {
        var content = Bind(find, key).Read() ? find.Blob(0).ToArray() : null;
        find.Reset();
        return content;
    }

    private static Statement Bind(Statement statement, DocumentKey key) =>
        statement
            .Bind("@collection", key.Collection)
            .Bind("@tenant", Encoding.UTF8.GetBytes(key.Tenant).AsSpan())
            .Bind("@id", Encoding.UTF8.GetBytes(key.Id).AsSpan());

    private static void BindBound(Statement statement, string name, string? bound)
    {
        if (bound is not null)
            statement.Bind(name, Encoding.UTF8.GetBytes(bound).AsSpan());
    }

    private static string Text(Statement row, int column) => Encoding.UTF8.GetString(row.Blob(column));
}

using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps tokens that the processes of this machine share.</summary>
internal sealed class SharedTokenStore(DatabaseWriter writer, StoreDatabase database) : ISharedTokenStore
{
    private const string Select = "SELECT value, issued_at FROM notify_shared_token WHERE name = ?1";

    public ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, Select);
        return new(Read(statement.Bind(1, name)));
    }

    public ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    ) =>
        writer.RunAsync(
            () =>
            {
                using var keep = new Statement(
                    writer.Connection,
                    """
                    INSERT INTO notify_shared_token (name, value, issued_at) VALUES (?1, ?2, ?3)
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value, issued_at = excluded.issued_at WHERE issued_at <= ?4
                    """
                );
                keep.Bind(1, name).Bind(2, offered.Value.Span).Bind(3, offered.IssuedAt).Bind(4, stale).Execute();
                using var find = new Statement(writer.Connection, Select);
                return Read(find.Bind(1, name))!;
            },
            cancellationToken
        );

    public ValueTask<int> PurgeAsync(string prefix, DateTimeOffset issuedBefore, int most, CancellationToken cancellationToken) =>
        writer.RunAsync(
            () =>
            {
                using var purge = new Statement(
                    writer.Connection,
                    """
                    DELETE FROM notify_shared_token WHERE name IN (
                        SELECT name FROM notify_shared_token
                        WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 AND issued_at < ?2 LIMIT ?3)
                    """
                );
                return purge.Bind(1, prefix).Bind(2, issuedBefore).Bind(3, most).Execute();
            },
            cancellationToken
        );

    private static SharedToken? Read(Statement row) => row.Read() ? new SharedToken(row.Blob(0).ToArray(), row.Time(1)) : null;
}

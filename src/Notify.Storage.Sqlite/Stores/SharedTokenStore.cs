using Notify.Storage.Sqlite.Connection;

namespace Notify.Storage.Sqlite.Stores;

/// <summary>Keeps tokens that one process obtains and all processes on this machine use.</summary>
internal sealed class SharedTokenStore(DatabaseWriter writer, StoreDatabase database) : ISharedTokenStore
{
    private const string Select = "SELECT value, issued_at FROM notify_shared_token WHERE name = @name";

    public ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken)
    {
        using var connection = database.OpenReader();
        using var statement = new Statement(connection, Select);
        return new(Read(statement.Bind("@name", name)));
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
                    INSERT INTO notify_shared_token (name, value, issued_at) VALUES (@name, @value, @issued_at)
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value, issued_at = excluded.issued_at
                    WHERE issued_at <= @stale
                    """
                );
                keep.Bind("@name", name)
                    .Bind("@value", offered.Value.Span)
                    .Bind("@issued_at", offered.IssuedAt)
                    .Bind("@stale", stale)
                    .Execute();
                using var find = new Statement(writer.Connection, Select);
                return Read(find.Bind("@name", name))!;
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
                        WHERE name >= @prefix AND substr(name, 1, length(@prefix)) = @prefix AND issued_at < @before
                        LIMIT @most)
                    """
                );
                return purge.Bind("@prefix", prefix).Bind("@before", issuedBefore).Bind("@most", most).Execute();
            },
            cancellationToken
        );

    private static SharedToken? Read(Statement row) => row.Read() ? new SharedToken(row.Blob(0).ToArray(), row.Time(1)) : null;
}

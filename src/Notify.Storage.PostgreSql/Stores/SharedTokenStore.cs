using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.PostgreSql.Queue;
using Npgsql;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Stores tokens that the processes of a cluster share.</summary>
internal sealed class SharedTokenStore(StoreDatabase database) : ISharedTokenStore
{
    private readonly string _find = $"SELECT value, issued_at FROM {database.Schema}.shared_token WHERE name = $1";

    private readonly string _keep = $"""
        INSERT INTO {database.Schema}.shared_token AS kept (name, value, issued_at) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, issued_at = excluded.issued_at WHERE kept.issued_at <= $4
        """;

    private readonly string _purge = $"""
        DELETE FROM {database.Schema}.shared_token WHERE name IN (
            SELECT name FROM {database.Schema}.shared_token
            WHERE name >= $1 AND starts_with(name, $1) AND issued_at < $2 LIMIT $3)
        """;

    public async ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken) =>
        (
            await database.QueryAsync(_find, parameters => parameters.With(name), Read, cancellationToken).ConfigureAwait(false)
        ).FirstOrDefault();

    public async ValueTask<SharedToken> OfferAsync(
        string name,
        SharedToken offered,
        DateTimeOffset stale,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                async (connection, cancellation) =>
                {
                    await connection
                        .ExecuteAsync(
                            _keep,
                            parameters => parameters.With(name).With(offered.Value.ToArray()).With(offered.IssuedAt).With(stale),
                            cancellation
                        )
                        .ConfigureAwait(false);
                    return (
                        await connection
                            .QueryAsync(_find, parameters => parameters.With(name), Read, cancellation)
                            .ConfigureAwait(false)
                    )[0];
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<int> PurgeAsync(
        string prefix,
        DateTimeOffset issuedBefore,
        int most,
        CancellationToken cancellationToken
    ) =>
        await database
            .TransactAsync(
                (connection, cancellation) =>
                    connection.ExecuteAsync(
                        _purge,
                        parameters => parameters.With(prefix).With(issuedBefore).With(most),
                        cancellation
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);

    private static SharedToken Read(NpgsqlDataReader row) => new(row.GetFieldValue<byte[]>(0), row.Time(1));
}

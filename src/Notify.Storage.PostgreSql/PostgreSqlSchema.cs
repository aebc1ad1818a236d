using System.Data;
using Npgsql;

namespace Notify.Storage.PostgreSql;

/// <summary>Brings the tables to the newest step.</summary>
internal sealed class PostgreSqlSchema(string name)
{
    private readonly string[] _steps = [PostgreSqlSchemaSteps.First(name), PostgreSqlSchemaSteps.Second(name), PostgreSqlSchemaSteps.Third(name)];

    /// <summary>Processes that start together take turns, and all but the first find nothing left to do.</summary>
    /// <exception cref="InvalidOperationException">A newer version of Notify has been here.</exception>
    public async ValueTask MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await AdvisoryLock.TakeAsync(connection, [AdvisoryLock.Migration], cancellationToken).ConfigureAwait(false);
            await MakeVersionTableAsync(connection, cancellationToken).ConfigureAwait(false);
            var version = await ScalarAsync<int>(connection, $"SELECT COALESCE(MAX(version), 0) FROM \"{name}\".schema_version", cancellationToken)
                .ConfigureAwait(false);
            if (version > _steps.Length)
            {
                throw new InvalidOperationException(
                    $"The database has schema {version} and this version of Notify knows {_steps.Length}; update the package.");
            }

            for (; version < _steps.Length; version++)
            {
                await ExecuteAsync(connection, _steps[version], cancellationToken).ConfigureAwait(false);
                await ExecuteAsync(connection, $"INSERT INTO \"{name}\".schema_version VALUES ({version + 1})", cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // CREATE SCHEMA IF NOT EXISTS asks for the right to create one even where it exists.
    private async ValueTask MakeVersionTableAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await ScalarAsync<bool>(connection, $"SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = '{name}')", cancellationToken).ConfigureAwait(false))
            await ExecuteAsync(connection, $"CREATE SCHEMA \"{name}\"", cancellationToken).ConfigureAwait(false);
        if (!await ScalarAsync<bool>(connection, $"SELECT to_regclass('\"{name}\".schema_version') IS NOT NULL", cancellationToken).ConfigureAwait(false))
            await ExecuteAsync(connection, $"CREATE TABLE \"{name}\".schema_version (version integer PRIMARY KEY)", cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        (await connection.QueryAsync(sql, _ => { }, row => row.GetFieldValue<T>(0), cancellationToken).ConfigureAwait(false))[0];

    private static async ValueTask ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(sql, _ => { }, cancellationToken).ConfigureAwait(false);
}

using System.Data;
using Notify.Storage.PostgreSql.Connection;
using Npgsql;

namespace Notify.Storage.PostgreSql.Schema;

/// <summary>Upgrades the tables to the newest step.</summary>
internal sealed class SchemaUpgrade(string name)
{
    private readonly string[] _steps =
    [
        InitialSchema.Create(name),
        SchemaSteps.Second(name),
        SchemaSteps.Third(name),
        SchemaSteps.Fourth(name),
        SchemaSteps.Fifth(name),
        SchemaSteps.Sixth(name),
        SchemaSteps.Seventh(name),
        SchemaSteps.Eighth(name),
        SchemaSteps.Ninth(name),
        SchemaSteps.Tenth(name),
        SchemaSteps.Eleventh(name),
        SchemaSteps.Twelfth(name),
        SchemaSteps.Thirteenth(name),
        SchemaSteps.Fourteenth(name),
        SchemaSteps.Fifteenth(name),
        SchemaSteps.Sixteenth(name),
        SchemaSteps.Seventeenth(name),
        SchemaSteps.Eighteenth(name),
        SchemaSteps.Nineteenth(name),
        SchemaSteps.Twentieth(name),
        SchemaSteps.TwentyFirst(name),
        SchemaSteps.TwentySecond(name),
        SchemaSteps.TwentyThird(name),
        SchemaSteps.TwentyFourth(name),
    ];

    /// <summary>Gets the SQL of every step. The first step has the number 1.</summary>
    public IReadOnlyList<string> Steps => _steps;

    /// <summary>
    /// Runs the missing steps. Processes that start together take turns, and only the first of them has steps to run. Each step
    /// has its own transaction, so that a long step does not hold the locks of the previous one.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// A newer version of Notify has upgraded the tables, and this version cannot use them.
    /// </exception>
    public async ValueTask MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        while (!await IsNewestAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            var transaction = await connection
                .BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken)
                .ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await AdvisoryLock.TakeAsync(connection, [AdvisoryLock.Migration], cancellationToken).ConfigureAwait(false);
                await MakeVersionTableAsync(connection, cancellationToken).ConfigureAwait(false);
                await TakeStepsAsync(connection, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Checks that another process has run all steps.</summary>
    /// <exception cref="InvalidOperationException">A step is missing, or this version is too old.</exception>
    public async ValueTask CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await IsNewestAsync(connection, cancellationToken).ConfigureAwait(false))
            return;

        var version = await HasVersionTableAsync(connection, cancellationToken).ConfigureAwait(false)
            ? await VersionAsync(connection, cancellationToken).ConfigureAwait(false)
            : 0;
        throw new InvalidOperationException(
            $"The database has schema version {version}, and this version of Notify needs {_steps.Length}. "
                + "Run the command migrate of the reference host first, or set PostgreSqlStoreOptions.UpdateSchema to true."
        );
    }

    private async ValueTask<bool> IsNewestAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await HasVersionTableAsync(connection, cancellationToken).ConfigureAwait(false))
            return false;

        var version = await VersionAsync(connection, cancellationToken).ConfigureAwait(false);
        if (version > _steps.Length)
            await CheckOldestAsync(connection, version, cancellationToken).ConfigureAwait(false);
        return version >= _steps.Length;
    }

    private async ValueTask CheckOldestAsync(NpgsqlConnection connection, int version, CancellationToken cancellationToken)
    {
        var oldest = await ScalarAsync<int>(connection, $"SELECT max(oldest) FROM \"{name}\".schema_version", cancellationToken)
            .ConfigureAwait(false);
        if (oldest > _steps.Length)
        {
            throw new InvalidOperationException(
                $"The database has schema version {version}, and this version of Notify supports up to {_steps.Length}. "
                    + "To continue, update the package Notify.Storage.PostgreSql."
            );
        }
    }

    // An empty database needs no short locks, so one transaction runs all steps.
    private async ValueTask TakeStepsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(connection, cancellationToken).ConfigureAwait(false);
        var last = version == 0 ? _steps.Length : version + 1;
        for (; version < last && version < _steps.Length; version++)
        {
            await ExecuteAsync(connection, _steps[version], cancellationToken).ConfigureAwait(false);
            var add = $"INSERT INTO \"{name}\".schema_version (version) VALUES ({version + 1})";
            await ExecuteAsync(connection, add, cancellationToken).ConfigureAwait(false);
        }
    }

    // CREATE SCHEMA IF NOT EXISTS requires the right to create a schema even if it exists.
    private async ValueTask MakeVersionTableAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (
            !await ScalarAsync<bool>(
                    connection,
                    $"SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = '{name}')",
                    cancellationToken
                )
                .ConfigureAwait(false)
        )
            await ExecuteAsync(connection, $"CREATE SCHEMA \"{name}\"", cancellationToken).ConfigureAwait(false);
        if (!await HasVersionTableAsync(connection, cancellationToken).ConfigureAwait(false))
            await ExecuteAsync(
                    connection,
                    $"CREATE TABLE \"{name}\".schema_version (version integer PRIMARY KEY)",
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

    private ValueTask<bool> HasVersionTableAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ScalarAsync<bool>(connection, $"SELECT to_regclass('\"{name}\".schema_version') IS NOT NULL", cancellationToken);

    private ValueTask<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ScalarAsync<int>(connection, $"SELECT COALESCE(MAX(version), 0) FROM \"{name}\".schema_version", cancellationToken);

    private static async ValueTask<T> ScalarAsync<T>(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken
    ) => (await connection.QueryAsync(sql, _ => { }, row => row.GetFieldValue<T>(0), cancellationToken).ConfigureAwait(false))[0];

    private static async ValueTask ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(sql, _ => { }, cancellationToken).ConfigureAwait(false);
}

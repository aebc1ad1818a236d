using Notify.Storage.PostgreSql.Connection;
using Notify.Storage.Toolkit;
using Npgsql;

namespace Notify.Storage.PostgreSql.Stores;

/// <summary>Runs the steps of a purge: statements that delete a limited number of rows, with a rest after each.</summary>
/// <param name="database">The database.</param>
/// <param name="clock">The clock that measures steps and rests.</param>
internal sealed class PurgeSteps(StoreDatabase database, TimeProvider clock)
{
    // Rows that a crash brings back are purged again, so no step waits for the disk or for a replica.
    private const string DoNotWait = "SELECT set_config('synchronous_commit', 'off', true)";

    /// <summary>Creates the pace of a purge.</summary>
    public PurgePace CreatePace() => new(clock);

    /// <summary>Deletes in one transaction, and reads what the statement returns.</summary>
    public ValueTask<List<T>> DeleteAsync<T>(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        return database.CommitAsync(
            async (connection, cancellation) =>
            {
                var batch = new NpgsqlBatch(connection)
                {
                    BatchCommands = { new NpgsqlBatchCommand(DoNotWait), CommandExtensions.Statement(sql, bind) },
                };
                await using (batch.ConfigureAwait(false))
                {
                    var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
                        return await CommandExtensions.ReadAsync(reader, read, cancellation).ConfigureAwait(false);
                    }
                }
            }
        );
    }

    /// <summary>
    /// Repeats a statement until it finds fewer rows than it may delete. Its last parameter is the most rows to delete, and it
    /// returns a row for each.
    /// </summary>
    /// <returns>The number of deleted rows.</returns>
    public async ValueTask<long> DeleteAllAsync(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        int most,
        CancellationToken cancellationToken
    )
    {
        var pace = CreatePace();
        var purged = 0L;
        while (true)
        {
            pace.Begin();
            var step = await DeleteAsync(
                    sql,
                    parameters =>
                    {
                        bind(parameters);
                        parameters.With(most);
                    },
                    _ => 0,
                    cancellationToken
                )
                .ConfigureAwait(false);
            purged += step.Count;
            if (step.Count < most)
                return purged;

            await pace.RestAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

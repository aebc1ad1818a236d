using Npgsql;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>Runs single statements.</summary>
internal static class CommandExtensions
{
    // Valid until the transaction ends. Without statistics of a table, the server would prefer to scan the whole table.
    private const string FindByIndex =
        "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), "
        + "set_config('enable_mergejoin', 'off', true)";

    /// <summary>Executes a statement and returns the number of changed rows.</summary>
    public static async ValueTask<int> ExecuteAsync(
        this NpgsqlConnection connection,
        string sql,
        Action<NpgsqlParameterCollection> bind,
        CancellationToken cancellationToken
    )
    {
        var command = Command(connection, sql, bind);
        await using (command.ConfigureAwait(false))
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Inserts rows in one round trip, with statements that the connection keeps prepared. Statements are prepared only if they
    /// have a single possible plan: a plan for empty tables would stay in use while the tables grow.
    /// </summary>
    public static async ValueTask InsertAsync(
        this NpgsqlConnection connection,
        IEnumerable<NpgsqlBatchCommand> inserts,
        CancellationToken cancellationToken
    )
    {
        var batch = new NpgsqlBatch(connection);
        await using (batch.ConfigureAwait(false))
        {
            foreach (var insert in inserts)
                batch.BatchCommands.Add(insert);
            if (batch.BatchCommands.Count == 0)
                return;

            await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="InsertAsync(NpgsqlConnection, IEnumerable{NpgsqlBatchCommand}, CancellationToken)"/>
    public static ValueTask InsertAsync(
        this NpgsqlConnection connection,
        string sql,
        Action<NpgsqlParameterCollection> bind,
        CancellationToken cancellationToken
    ) => connection.InsertAsync([Statement(sql, bind)], cancellationToken);

    /// <summary>Creates a statement that runs in a batch.</summary>
    public static NpgsqlBatchCommand Statement(string sql, Action<NpgsqlParameterCollection> bind)
    {
        var command = new NpgsqlBatchCommand(sql);
        bind(command.Parameters);
        return command;
    }

    public static async ValueTask<List<T>> QueryAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        var command = Command(connection, sql, bind);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                return await ReadAsync(reader, read, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Runs a statement that selects rows by id, and inserts in the same round trip after it, and keeps all of them prepared.
    /// Preparing is safe here because each statement has a single possible plan: the rows are found one by one through an index,
    /// whatever the size of the table.
    /// </summary>
    public static ValueTask<List<T>> QueryByIdAsync<T>(
        this NpgsqlConnection connection,
        NpgsqlBatchCommand query,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params IEnumerable<NpgsqlBatchCommand> after
    ) => connection.RunByIdAsync([query, .. after], reader => ReadAsync(reader, read, cancellationToken), cancellationToken);

    /// <summary>Runs a statement that selects rows by id, and keeps it prepared.</summary>
    public static ValueTask<List<T>> QueryByIdAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    ) => connection.QueryByIdAsync(Statement(sql, bind), read, cancellationToken);

    /// <summary>
    /// Runs two statements that select rows by id, in one round trip, and keeps them prepared. The second sees what the first
    /// changed.
    /// </summary>
    public static ValueTask<(List<TFirst> First, List<TSecond> Second)> QueryByIdAsync<TFirst, TSecond>(
        this NpgsqlConnection connection,
        NpgsqlBatchCommand first,
        Func<NpgsqlDataReader, TFirst> readFirst,
        NpgsqlBatchCommand second,
        Func<NpgsqlDataReader, TSecond> readSecond,
        CancellationToken cancellationToken
    ) =>
        connection.RunByIdAsync(
            [first, second],
            async reader =>
            {
                var ofFirst = await ReadAsync(reader, readFirst, cancellationToken).ConfigureAwait(false);
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                return (ofFirst, await ReadAsync(reader, readSecond, cancellationToken).ConfigureAwait(false));
            },
            cancellationToken
        );

    /// <summary>Reads the rows of the current result.</summary>
    public static async ValueTask<List<T>> ReadAsync<T>(
        NpgsqlDataReader reader,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }

    private static async ValueTask<T> RunByIdAsync<T>(
        this NpgsqlConnection connection,
        IEnumerable<NpgsqlBatchCommand> statements,
        Func<NpgsqlDataReader, ValueTask<T>> read,
        CancellationToken cancellationToken
    )
    {
        var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(FindByIndex) } };
        await using (batch.ConfigureAwait(false))
        {
            foreach (var statement in statements)
                batch.BatchCommands.Add(statement);
            await batch.PrepareAsync(cancellationToken).ConfigureAwait(false);
            var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                var result = await read(reader).ConfigureAwait(false);
                // A failure of a later statement, or of the commit, is reported where the next result would be.
                await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> bind)
    {
        var command = new NpgsqlCommand(sql, connection);
        bind(command.Parameters);
        return command;
    }
}

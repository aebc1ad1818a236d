using System.Data;
using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace Notify.Client.Outbox;

/// <summary>Runs statements on the application's database, with any driver.</summary>
internal sealed class OutboxDatabase
{
    private readonly Lazy<DbDataSource> _source;
    private readonly Lazy<Type> _connectionType;
    private readonly ClientOutboxOptions _options;

    public OutboxDatabase(Func<DbDataSource> getSource, IOptions<ClientOutboxOptions> options)
    {
        _options = options.Value;
        _source = new(getSource);
        _connectionType = new(() =>
        {
            using var connection = _source.Value.CreateConnection();
            return connection.GetType();
        });
        Sql = OutboxSql.Create(_options.Dialect, _options.Table);
    }

    public OutboxSql Sql { get; }

    /// <summary>Gets the connection of the application's transaction.</summary>
    /// <exception cref="ArgumentException">The transaction has ended, or is one of another kind of database.</exception>
    public DbConnection GetConnection(DbTransaction transaction)
    {
        var connection = transaction.Connection
            ?? throw new ArgumentException("The transaction has already ended.", nameof(transaction));
        return _connectionType.Value.IsInstanceOfType(connection)
            ? connection
            : throw new ArgumentException(
                $"The transaction has a {connection.GetType().Name}, but the outbox uses a {_connectionType.Value.Name}.",
                nameof(transaction)
            );
    }

    public ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        _source.Value.OpenConnectionAsync(cancellationToken);

    /// <summary>Creates the table if it is missing and may be created.</summary>
    /// <exception cref="InvalidOperationException">The table is missing.</exception>
    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        if (await FindErrorAsync(connection, Sql.Probe, cancellationToken).ConfigureAwait(false) is not { } missing)
            return;
        if (!_options.CreateTable)
            throw new InvalidOperationException(
                $"The table {Sql.Table} of the outbox is missing or not readable. Create it, or set CreateTable.",
                missing
            );

        // Of two processes that create it at the same time, one may fail.
        var error = await FindErrorAsync(connection, Sql.CreateTable, cancellationToken).ConfigureAwait(false);
        if (error is not null && await FindErrorAsync(connection, Sql.Probe, cancellationToken).ConfigureAwait(false) is not null)
            throw new InvalidOperationException(
                $"The table {Sql.Table} of the outbox could not be created. Create it as a user that may do so.",
                error
            );
    }

    /// <summary>Runs a statement on a connection of its own and returns the number of rows that it changed.</summary>
    public async ValueTask<int> RunAsync(
        string sql,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await RunAsync(connection, null, sql, parameters, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a statement in a transaction.</summary>
    public static async ValueTask<int> RunAsync(
        DbConnection connection,
        DbTransaction? transaction,
        string sql,
        (string Name, object? Value)[] parameters,
        CancellationToken cancellationToken
    )
    {
        var command = CreateCommand(connection, transaction, sql, parameters);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the rows of a query.</summary>
    public async ValueTask<List<TRow>> ReadAsync<TRow>(
        string sql,
        (string Name, object? Value)[] parameters,
        Func<DbDataReader, TRow> read,
        CancellationToken cancellationToken
    )
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var command = CreateCommand(connection, null, sql, parameters);
        await using var __ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        var rows = new List<TRow>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }

    public static DateTimeOffset ReadTime(DbDataReader reader, int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column));

    /// <summary>Writes IDs as the JSON array that the statements take.</summary>
    public static string WriteIds(IEnumerable<OutboxRow> rows) =>
        $"[{string.Join(',', rows.Select(row => row.Id.ToString(CultureInfo.InvariantCulture)))}]";

    private static async ValueTask<DbException?> FindErrorAsync(
        DbConnection connection,
        string sql,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await RunAsync(connection, null, sql, [], cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (DbException exception)
        {
            return exception;
        }
    }

    private static DbCommand CreateCommand(
        DbConnection connection,
        DbTransaction? transaction,
        string sql,
        (string Name, object? Value)[] parameters
    )
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        // The statements are constants, apart from the name of the table, whose characters are validated at start.
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@{name}";
            (parameter.DbType, parameter.Value) = value switch
            {
                long number => (DbType.Int64, number),
                int number => (DbType.Int32, number),
                DateTimeOffset time => (DbType.Int64, time.ToUnixTimeMilliseconds()),
                _ => (DbType.String, value ?? DBNull.Value),
            };
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

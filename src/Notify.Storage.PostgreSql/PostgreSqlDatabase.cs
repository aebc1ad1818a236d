using System.Data;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Notify.Storage.PostgreSql;

/// <summary>Opens connections to a database that has every table, and runs transactions on them.</summary>
internal sealed class PostgreSqlDatabase : IAsyncDisposable, IDisposable
{
    private const int MaxTries = 5;

    /// <summary>How often a process that works looks whether there are partitions for the time to come.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromHours(6);

    private readonly NpgsqlDataSource _dataSource;
    private readonly bool _isOwnDataSource;
    private readonly PostgreSqlSchema _schema;
    private readonly SemaphoreSlim _migration = new(1, 1);
    private readonly TimeProvider _time;
    private long _readyUntil;

    public PostgreSqlDatabase(IOptions<PostgreSqlStoreOptions> options, TimeProvider time)
    {
        _time = time;
        Schema = $"\"{options.Value.Schema}\"";
        _schema = new PostgreSqlSchema(options.Value.Schema);
        Partitions = new PostgreSqlPartitions(options.Value.Schema, options.Value.PartitionWidth, time);
        _isOwnDataSource = options.Value.DataSource is null;
        _dataSource = options.Value.DataSource ?? Build(options.Value.ConnectionString);
    }

    /// <summary>The schema's name, quoted: what every table's name begins with.</summary>
    public string Schema { get; }

    public PostgreSqlPartitions Partitions { get; }

    private bool IsReady => _time.GetUtcNow().UtcTicks < Interlocked.Read(ref _readyUntil);

    /// <summary>Runs one statement, which is a transaction of its own, and reads its answer.</summary>
    public ValueTask<List<T>> QueryAsync<T>(
        string sql, Action<NpgsqlParameterCollection> bind, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        UseAsync((connection, cancellation) => connection.QueryAsync(sql, bind, read, cancellation), cancellationToken);

    /// <summary>Runs statements one after the other, outside a transaction.</summary>
    public async ValueTask<T> UseAsync<T>(Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await work(connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the tables, and now and then the partitions to come; a try that failed is made again by whoever comes next.</summary>
    public async ValueTask MigrateAsync(CancellationToken cancellationToken)
    {
        if (IsReady)
            return;

        await _migration.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (IsReady)
                return;
            var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                await _schema.MigrateAsync(connection, cancellationToken).ConfigureAwait(false);
                await MakePartitionsAsync(connection, cancellationToken).ConfigureAwait(false);
            }

            Interlocked.Exchange(ref _readyUntil, (_time.GetUtcNow() + LookInterval).UtcTicks);
        }
        finally
        {
            _migration.Release();
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction in which each statement sees what was committed before it. Work that
    /// the server gave up because of others (a deadlock) is done again from the beginning.
    /// </summary>
    public async ValueTask<T> TransactAsync<T>(
        Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryTransactAsync(work, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (tries < MaxTries
                && exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _migration.Dispose();
        if (_isOwnDataSource)
            await _dataSource.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        _migration.Dispose();
        if (_isOwnDataSource)
            _dataSource.Dispose();
    }

    private async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await MigrateAsync(cancellationToken).ConfigureAwait(false);
        return await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
    }

    // Days are left before one that could not be made is needed.
    private async ValueTask MakePartitionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            try
            {
                await Partitions.MakeAheadAsync(connection, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (PostgreSqlPartitions.GaveUp(exception))
            {
            }
        }
    }

    private async ValueTask<T> TryTransactAsync<T>(
        Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var result = await work(connection, cancellationToken).ConfigureAwait(false);

                // A commit that is cancelled half way may have happened or not.
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return result;
            }
        }
    }

    private static NpgsqlDataSource Build(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.ApplicationName ??= "Notify";
        return builder.Build();
    }
}

using System.Data;
using Microsoft.Extensions.Options;
using Notify.Storage.PostgreSql.Schema;
using Npgsql;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>Opens connections to a database that has every table, and runs transactions on them.</summary>
internal sealed class StoreDatabase : IAsyncDisposable, IDisposable
{
    private const int MaxTries = 5;

    /// <summary>How often a process that works looks whether there are partitions for the time to come.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromHours(6);

    private readonly NpgsqlDataSource _dataSource;
    private readonly NpgsqlDataSource? _ownDataSource;
    private readonly SchemaUpgrade _schema;
    private readonly SemaphoreSlim _migration = new(1, 1);
    private readonly TimeProvider _time;
    private long _readyUntil;

    public StoreDatabase(IOptions<PostgreSqlStoreOptions> options, TimeProvider time)
    {
        _time = time;
        Schema = $"\"{options.Value.Schema}\"";
        _schema = new SchemaUpgrade(options.Value.Schema);
        Partitions = new Partitions(options.Value.Schema, options.Value.PartitionWidth, time);
        _dataSource = options.Value.DataSource ?? HostNames.Open(options.Value.ConnectionString, out _ownDataSource);
    }

    /// <summary>The schema's name, quoted: what every table's name begins with.</summary>
    public string Schema { get; }

    public Partitions Partitions { get; }

    private bool IsReady => _time.GetUtcNow().UtcTicks < Interlocked.Read(ref _readyUntil);

    /// <summary>Runs one statement, which is a transaction of its own, and reads its answer.</summary>
    public ValueTask<List<T>> QueryAsync<T>(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    ) => UseAsync((connection, cancellation) => connection.QueryAsync(sql, bind, read, cancellation), cancellationToken);

    /// <summary>Runs statements one after the other, outside a transaction.</summary>
    public async ValueTask<T> UseAsync<T>(
        Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
                return await work(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            // The connection leads to what was the primary and is a replica now.
            _dataSource.Clear();
            throw;
        }
    }

    /// <summary>
    /// Makes the tables, and now and then the partitions to come; a try that failed is made again by whoever comes next.
    /// </summary>
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
    public ValueTask<T> TransactAsync<T>(
        Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work,
        CancellationToken cancellationToken
    ) =>
        RepeatAsync(
            async connection =>
            {
                var transaction = await connection
                    .BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken)
                    .ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    var result = await work(connection, cancellationToken).ConfigureAwait(false);
                    // A commit that is cancelled half way may have happened or not.
                    await ConfirmedAsync(connection, () => transaction.CommitAsync(CancellationToken.None)).ConfigureAwait(false);
                    return result;
                }
            },
            cancellationToken
        );

    /// <summary>
    /// As <see cref="TransactAsync"/>, for work that is one statement or one batch of them: by itself it is a transaction, and
    /// its only round trip commits it. It cannot be cancelled: it may have been committed then or not.
    /// </summary>
    public ValueTask<T> CommitAsync<T>(Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work) =>
        RepeatAsync(
            async connection =>
            {
                T result = default!;
                await ConfirmedAsync(connection, async () =>
                        result = await work(connection, CancellationToken.None).ConfigureAwait(false)
                    )
                    .ConfigureAwait(false);
                return result;
            },
            CancellationToken.None
        );

    public async ValueTask DisposeAsync()
    {
        _migration.Dispose();
        if (_ownDataSource is not null)
            await _ownDataSource.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        _migration.Dispose();
        _ownDataSource?.Dispose();
    }

    private async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await MigrateAsync(cancellationToken).ConfigureAwait(false);
        return await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
    }

    // Days are left before one that could not be made is needed.
    private async ValueTask MakePartitionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection
            .BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken)
            .ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            try
            {
                await Partitions.MakeAheadAsync(connection, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception) when (Partitions.GaveUp(exception)) { }
        }
    }

    private async ValueTask<T> RepeatAsync<T>(
        Func<NpgsqlConnection, ValueTask<T>> transaction,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await UseAsync((connection, _) => transaction(connection), cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException exception)
                when (tries < MaxTries
                    && exception.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
                ) { }
        }
    }

    // A commit that waited too long for the replicas has happened, on the primary alone, which the server mentions in a warning:
    // whoever dies next takes it along.
    private static async ValueTask ConfirmedAsync(NpgsqlConnection connection, Func<Task> commit)
    {
        var isConfirmed = true;
        connection.Notice += Note;
        try
        {
            await commit().ConfigureAwait(false);
        }
        finally
        {
            connection.Notice -= Note;
        }

        if (!isConfirmed)
            throw new NpgsqlException(
                "The primary gave up waiting for its replicas and committed alone; a failover may undo that."
            );

        void Note(object sender, NpgsqlNoticeEventArgs said) => isConfirmed &= said.Notice.SqlState != PostgresErrorCodes.Warning;
    }
}

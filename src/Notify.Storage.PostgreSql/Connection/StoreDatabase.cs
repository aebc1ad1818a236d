using System.Data;
using Microsoft.Extensions.Options;
using Notify.Storage.PostgreSql.Schema;
using Npgsql;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>Opens connections, creates the tables before the first use, and runs transactions.</summary>
internal sealed class StoreDatabase : IAsyncDisposable, IDisposable
{
    private const int MaxTries = 5;

    /// <summary>How often a process checks that partitions for the coming weeks exist.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromHours(6);

    private readonly NpgsqlDataSource _dataSource;
    private readonly NpgsqlDataSource? _ownDataSource;
    private readonly SchemaUpgrade _schema;
    private readonly bool _mayUpdateSchema;
    private readonly SemaphoreSlim _migration = new(1, 1);
    private readonly TimeProvider _time;
    private long _readyUntil;

    public StoreDatabase(IOptions<PostgreSqlStoreOptions> options, TimeProvider time)
    {
        _time = time;
        Schema = $"\"{options.Value.Schema}\"";
        _schema = new SchemaUpgrade(options.Value.Schema);
        _mayUpdateSchema = options.Value.UpdateSchema;
        Partitions = new Partitions(options.Value.Schema, options.Value.PartitionWidth, time);
        _dataSource = options.Value.DataSource ?? HostNames.Open(options.Value.ConnectionString, out _ownDataSource);
    }

    /// <summary>Gets the quoted name of the schema, with which the name of every table begins.</summary>
    public string Schema { get; }

    public Partitions Partitions { get; }

    private bool IsReady => _time.GetUtcNow().UtcTicks < Interlocked.Read(ref _readyUntil);

    /// <summary>Runs one statement in its own transaction and reads its result.</summary>
    public ValueTask<List<T>> QueryAsync<T>(
        string sql,
        Action<NpgsqlParameterCollection> bind,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    ) => UseAsync((connection, cancellation) => connection.QueryAsync(sql, bind, read, cancellation), cancellationToken);

    /// <summary>Runs statements one after another, without a transaction.</summary>
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
            // The pooled connections lead to a former primary that is now a replica.
            _dataSource.Clear();
            throw;
        }
    }

    /// <summary>
    /// Creates or checks the tables, and regularly creates the partitions for the coming weeks. After a failure, the next caller
    /// tries again.
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
                if (_mayUpdateSchema)
                    await _schema.MigrateAsync(connection, cancellationToken).ConfigureAwait(false);
                else
                    await _schema.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
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
    /// Runs <paramref name="work"/> in one transaction, with the isolation level read committed. If the server aborts the
    /// transaction because of a deadlock or a serialization failure, the work is repeated from the beginning.
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
                    // The result of a cancelled commit would be unknown.
                    await ConfirmedAsync(connection, () => transaction.CommitAsync(CancellationToken.None)).ConfigureAwait(false);
                    return result;
                }
            },
            cancellationToken
        );

    /// <summary>
    /// Runs <paramref name="work"/> that is one statement or one batch. The server runs it as one transaction and commits it in
    /// the same round trip. It cannot be cancelled, because the result of a cancelled commit would be unknown.
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

    // A partition that could not be created now is needed only days later, and is tried again before.
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

    // If the wait for the synchronous replicas is cut short, the primary has committed alone, and the server reports only a
    // warning. A failover would lose this commit, so it must not count as confirmed.
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
                "The primary stopped waiting for its replicas and committed alone. A failover may lose this commit."
            );

        void Note(object sender, NpgsqlNoticeEventArgs said) => isConfirmed &= said.Notice.SqlState != PostgresErrorCodes.Warning;
    }
}

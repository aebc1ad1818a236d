using Microsoft.Data.Sqlite;
using Notify.Telemetry;
using SQLitePCL;

namespace Notify.Storage.Sqlite;

/// <summary>
/// Group commit: one thread writes, and whatever was asked for while it was busy shares the next transaction and its one
/// flush to disk. A write that fails does not take the others along.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly object _lock = new();
    private readonly Thread _thread;
    private List<Write> _waiting = [];
    private bool _closed;
    private long _refusedAt = long.MinValue;

    public SqliteWriter(SqliteDatabase database)
    {
        _database = database;
        _connection = database.OpenWriter();
        _begin = new SqliteStatement(_connection, "BEGIN IMMEDIATE");
        _commit = new SqliteStatement(_connection, "COMMIT");
        _rollback = new SqliteStatement(_connection, "ROLLBACK");
        _thread = new Thread(WriteUntilClosed) { IsBackground = true, Name = "Notify SQLite writer" };
        _thread.Start();
    }

    /// <summary>The connection on which statements for <see cref="RunAsync"/> are prepared, at start.</summary>
    public SqliteConnection Connection => _connection;

    /// <summary>
    /// How long ago the disk refused a write; null when it never did. A small write may still fit where a large one did not.
    /// </summary>
    public TimeSpan? SinceRefusal =>
        Volatile.Read(ref _refusedAt) is var at and > long.MinValue
            ? TimeSpan.FromMilliseconds(Environment.TickCount64 - at)
            : null;

    /// <summary>Runs <paramref name="work"/> on the writing thread; its result is there once it is on disk.</summary>
    public async ValueTask<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var write = new Write<T>(work);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _waiting.Add(write);
            Monitor.Pulse(_lock);
        }

        return await write.Result.ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            Monitor.Pulse(_lock);
        }

        _thread.Join();
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _connection.Dispose();
    }

    private void WriteUntilClosed()
    {
        var batch = new List<Write>();
        while (TakeWaiting(ref batch))
        {
            CommitTogether(batch);
            batch.Clear();
        }
    }

    private bool TakeWaiting(ref List<Write> batch)
    {
        lock (_lock)
        {
            while (_waiting.Count == 0)
            {
                if (_closed)
                    return false;
                Monitor.Wait(_lock);
            }

            (batch, _waiting) = (_waiting, batch);
            return true;
        }
    }

    private void CommitTogether(List<Write> batch)
    {
        if (TryCommit(batch, out var failure))
        {
            foreach (var write in batch)
                write.Complete();
            return;
        }

        if (batch.Count == 1)
        {
            batch[0].Fail(failure!);
            return;
        }

        foreach (var write in batch)
            CommitTogether([write]);
    }

    private bool TryCommit(List<Write> batch, out Exception? failure)
    {
        failure = null;
        try
        {
            _begin.Execute();
            foreach (var write in batch)
                write.Run();
            _commit.Execute();
            // Looked for after the commit: what is acknowledged is in a file that still has its name.
            _database.ThrowIfGone();
            NotifyTelemetry.RecordCommit("sqlite", batch.Count);
            return true;
        }
        catch (Exception exception)
        {
            failure = exception;
            if (exception is SqliteException { SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_READONLY })
                Volatile.Write(ref _refusedAt, Environment.TickCount64);
            RollBack();
            return false;
        }
    }

    private void RollBack()
    {
        try
        {
            _rollback.Execute();
        }
        catch (SqliteException)
        {
            // SQLite rolls back by itself on a full disk or an I/O error, and then there is no transaction to roll back.
        }
    }

    private abstract class Write
    {
        public abstract void Run();

        public abstract void Complete();

        public abstract void Fail(Exception exception);
    }

    private sealed class Write<T>(Func<T> work) : Write
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Result => _completion.Task;

        public override void Run() => _result = work();

        public override void Complete() => _completion.SetResult(_result);

        public override void Fail(Exception exception) => _completion.SetException(exception);
    }
}

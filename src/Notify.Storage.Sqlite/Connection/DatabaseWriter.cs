using Microsoft.Data.Sqlite;
using Notify.Storage.Toolkit;
using SQLitePCL;

namespace Notify.Storage.Sqlite.Connection;

/// <summary>
/// Commits writes in groups. A single thread writes, and all writes that arrive while it is busy share the next transaction
/// and its flush to disk. If one of them fails, the others are committed without it.
/// </summary>
internal sealed class DatabaseWriter : IDisposable
{
    private readonly StoreDatabase _database;
    private readonly SqliteConnection _connection;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly object _lock = new();
    private readonly Thread _thread;
    private List<Write> _waiting = [];
    private bool _closed;
    private long _refusedAt = long.MinValue;

    public DatabaseWriter(StoreDatabase database)
    {
        _database = database;
        _connection = database.OpenWriter();
        _begin = new Statement(_connection, "BEGIN IMMEDIATE");
        _commit = new Statement(_connection, "COMMIT");
        _rollback = new Statement(_connection, "ROLLBACK");
        _thread = new Thread(WriteUntilClosed) { IsBackground = true, Name = "Notify SQLite writer" };
        _thread.Start();
    }

    /// <summary>Gets the connection on which statements for <see cref="RunAsync"/> are prepared.</summary>
    public SqliteConnection Connection => _connection;

    /// <summary>
    /// Gets the time since the disk last refused a write; null if it never did. A small write may still succeed where a large one
    /// fails.
    /// </summary>
    public TimeSpan? SinceRefusal =>
        Volatile.Read(ref _refusedAt) is var at and > long.MinValue
            ? TimeSpan.FromMilliseconds(Environment.TickCount64 - at)
            : null;

    /// <summary>Runs <paramref name="work"/> on the writing thread, and completes when its changes are on disk.</summary>
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
            // This check follows the commit, so that an acknowledged write is in a file that still exists.
            _database.ThrowIfGone();
            CommitTelemetry.RecordCommit("sqlite", batch.Count);
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
            // After a full disk or an I/O error, SQLite has already rolled back the transaction.
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

using Microsoft.Data.Sqlite;

namespace Notify.Storage.Sqlite.Connection;

/// <summary>
/// Looks whether anything is due, beside the writer. An idle process polls this way: a look needs neither the lock on the
/// database, for which other processes would wait, nor a switch to the writing thread. While there is work, there is no look.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="prepare">Prepares the statements on the connection that only this class uses.</param>
internal sealed class IdleLook<TStatements>(StoreDatabase database, Func<SqliteConnection, TStatements> prepare) : IDisposable
    where TStatements : class, IDisposable
{
    private readonly Lock _lock = new();
    private SqliteConnection? _connection;
    private TStatements? _statements;
    private bool _isIdle;
    private bool _isClosed;

    /// <summary>Determines whether the last poll found nothing, and this one would not either.</summary>
    public bool FindsNothing(Func<TStatements, bool> isAnyDue)
    {
        if (!Volatile.Read(ref _isIdle))
            return false;

        database.ThrowIfGone();
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _connection ??= database.OpenReader();
            _statements ??= prepare(_connection);
            return !isAnyDue(_statements);
        }
    }

    /// <summary>Tells how much a poll has found.</summary>
    public void Report(int found) => Volatile.Write(ref _isIdle, found == 0);

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _statements?.Dispose();
            _connection?.Dispose();
        }
    }
}

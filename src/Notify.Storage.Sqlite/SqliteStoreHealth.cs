namespace Notify.Storage.Sqlite;

/// <summary>
/// Checks by a commit that the disk takes writes, which reading does not tell. After the disk refused a write, the store counts
/// as unable to write for a while, whatever fits meanwhile.
/// </summary>
internal sealed class SqliteStoreHealth(SqliteWriter writer) : IStoreHealth
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        await writer.RunAsync(Touch, cancellationToken).ConfigureAwait(false);
        if (writer.SinceRefusal < Recovery)
            throw new IOException("The disk refused a write of the SQLite store.");
    }

    private int Touch()
    {
        using var statement = new SqliteStatement(writer.Connection, "UPDATE notify_schema SET version = version");
        return statement.Execute();
    }
}

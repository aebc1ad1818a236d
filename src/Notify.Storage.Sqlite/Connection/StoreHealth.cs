namespace Notify.Storage.Sqlite.Connection;

/// <summary>
/// Commits a write to check that the disk accepts it. After the disk has refused any write, the store reports itself unhealthy
/// for a while, because a small write may still succeed where a large one fails.
/// </summary>
internal sealed class StoreHealth(DatabaseWriter writer) : IStoreHealth
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
        using var statement = new Statement(writer.Connection, "UPDATE notify_schema SET version = version");
        return statement.Execute();
    }
}

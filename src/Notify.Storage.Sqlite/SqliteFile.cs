using Microsoft.Data.Sqlite;

namespace Notify.Storage.Sqlite;

/// <summary>The database as a file: who may read it, and whether it is still there.</summary>
internal sealed class SqliteFile
{
    /// <summary>Null where the connection string names the file in a way that only SQLite understands.</summary>
    private readonly string? _path;

    private readonly bool _isCreated;
    private volatile bool _isGone;

    public SqliteFile(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        var isPlain =
            !builder.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            && !builder.DataSource.Contains("|DataDirectory|", StringComparison.OrdinalIgnoreCase);
        _path = isPlain ? Path.GetFullPath(builder.DataSource) : null;
        _isCreated = builder.Mode == SqliteOpenMode.ReadWriteCreate;
    }

    /// <summary>
    /// Creates the file, readable by this user alone, where there is none. The files that SQLite puts beside it get the same
    /// mode. One that is there keeps its mode: it may be the application's own.
    /// </summary>
    public void Create()
    {
        if (_path is null || !_isCreated || OperatingSystem.IsWindows() || File.Exists(_path))
            return;

        try
        {
            using var _ = new FileStream(
                _path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
        }
        catch (IOException)
        {
            // Another process was first, or there is no such folder, which SQLite says in its own words.
        }
    }

    /// <exception cref="IOException">The file is gone.</exception>
    public void ThrowIfGone()
    {
        // Once gone it stays gone for this process, whose connections are to the file that was deleted.
        if (_isGone || (_path is not null && !File.Exists(_path)))
        {
            _isGone = true;
            throw new IOException("The SQLite database was deleted or moved while it was in use. Restore it and restart.");
        }
    }
}

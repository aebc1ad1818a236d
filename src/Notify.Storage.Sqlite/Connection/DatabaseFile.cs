using Microsoft.Data.Sqlite;

namespace Notify.Storage.Sqlite.Connection;

/// <summary>Protects the database file, and detects that it was deleted.</summary>
internal sealed class DatabaseFile
{
    /// <summary>The full path; null if the connection string names the file in a form that only SQLite can resolve.</summary>
    private readonly string? _path;

    private readonly bool _isCreated;
    private volatile bool _isGone;

    public DatabaseFile(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        var isPlain =
            !builder.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            && !builder.DataSource.Contains("|DataDirectory|", StringComparison.OrdinalIgnoreCase);
        _path = isPlain ? Path.GetFullPath(builder.DataSource) : null;
        _isCreated = builder.Mode == SqliteOpenMode.ReadWriteCreate;
    }

    /// <summary>
    /// Creates the file if it does not exist, readable only by this user. SQLite gives the files beside it the same mode. An
    /// existing file keeps its mode, because it may belong to the application.
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
            // Another process has created the file, or the folder does not exist. SQLite then reports the error.
        }
    }

    /// <exception cref="IOException">The file was deleted or moved.</exception>
    public void ThrowIfGone()
    {
        // The error is permanent for this process, even if a new file appears: the open connections use the deleted one.
        if (_isGone || (_path is not null && !File.Exists(_path)))
        {
            _isGone = true;
            throw new IOException("The SQLite database was deleted or moved while it was in use. Restore it and restart.");
        }
    }
}

using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Notify.Storage.Sqlite.Connection;

/// <summary>
/// A prepared statement that binds its parameters by name and without boxing. Inserting a delivery binds 27 values, so this class
/// determines the speed of the store.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>The names of the parameters, in the order in which they first occur in the SQL text.</summary>
    private readonly string[] _parameters;

    /// <summary>The index in <see cref="_parameters"/> at which the next search for a name begins.</summary>
    private int _expected;

    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
        _parameters = new string[raw.sqlite3_bind_parameter_count(_statement)];
        for (var i = 0; i < _parameters.Length; i++)
            _parameters[i] = raw.sqlite3_bind_parameter_name(_statement, i + 1).utf8_to_string();
    }

    public Statement Bind(string name, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, FindIndex(name), value));
        return this;
    }

    public Statement Bind(string name, long? value) => value is { } number ? Bind(name, number) : BindNull(name);

    public Statement Bind(string name, string? value)
    {
        if (value is null)
            return BindNull(name);
        Check(raw.sqlite3_bind_text(_statement, FindIndex(name), value));
        return this;
    }

    public Statement Bind(string name, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_statement, FindIndex(name), value));
        return this;
    }

    public Statement Bind(string name, byte[]? value) => value is null ? BindNull(name) : Bind(name, value.AsSpan());

    public Statement Bind(string name, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Bind(name, bytes);
    }

    public Statement Bind(string name, Guid? value) => value is { } guid ? Bind(name, guid) : BindNull(name);

    public Statement Bind(string name, DateTimeOffset value) => Bind(name, value.UtcTicks);

    public Statement Bind(string name, DateTimeOffset? value) => Bind(name, value?.UtcTicks);

    public Statement BindNull(string name)
    {
        Check(raw.sqlite3_bind_null(_statement, FindIndex(name)));
        return this;
    }

    /// <summary>
    /// Moves to the next row. At the end, it returns false and resets the statement, which can then be bound again.
    /// </summary>
    public bool Read()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
            return true;

        raw.sqlite3_reset(_statement);
        if (result != raw.SQLITE_DONE)
            Check(result);
        return false;
    }

    /// <summary>Runs the statement to its end. Returns the number of rows that it changed.</summary>
    public int Execute()
    {
        while (Read()) { }

        return raw.sqlite3_changes(_database);
    }

    public void Reset() => raw.sqlite3_reset(_statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public int Int32(int column) => raw.sqlite3_column_int(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Gets a value that is valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public byte[]? BlobOrNull(int column) => IsNull(column) ? null : Blob(column).ToArray();

    public Guid Guid(int column) => new(Blob(column), bigEndian: true);

    public DateTimeOffset Time(int column) => new(Int64(column), TimeSpan.Zero);

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public void Dispose() => _statement.Dispose();

    // Callers usually bind the parameters in the order of the SQL text, so the search begins after the parameter that was
    // bound last and usually ends with one comparison. SQLite numbers parameters from 1.
    private int FindIndex(string name)
    {
        for (var tried = 0; tried < _parameters.Length; tried++)
        {
            var at = _expected;
            _expected = at + 1 == _parameters.Length ? 0 : at + 1;
            if (_parameters[at] == name)
                return at + 1;
        }

        throw new ArgumentException($"The SQL statement has no parameter '{name}'.", nameof(name));
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(result, _database);
    }
}

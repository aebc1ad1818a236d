using Npgsql;

namespace Notify.Load.PostgreSql;

/// <summary>The only row of a table, which is copied under other ids. Columns that are null stay null.</summary>
internal sealed class CopiedRow
{
    private readonly string _table;
    private readonly Dictionary<string, (string Type, object Value)> _columns = [];

    private CopiedRow(string table) => _table = table;

    /// <summary>The value of a column.</summary>
    public object this[string column]
    {
        get => _columns[column].Value;
        set => _columns[column] = (_columns[column].Type, value);
    }

    public static async Task<CopiedRow> ReadAsync(NpgsqlConnection connection, string table)
    {
        await using var command = new NpgsqlCommand($"SELECT * FROM {table}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
            throw new InvalidOperationException($"{table} has no row to copy.");

        var row = new CopiedRow(table);
        for (var i = 0; i < reader.FieldCount; i++)
            row._columns[reader.GetName(i)] = (reader.GetDataTypeName(i), reader.GetValue(i));
        return row;
    }

    /// <summary>
    /// Creates a statement that inserts this many copies, with the given values in place of the copied columns.
    /// </summary>
    public NpgsqlBatchCommand Insert(int count, params (string Column, Array Values)[] others)
    {
        var own = others.ToDictionary(other => other.Column, other => other.Values);
        string[] names = [.. _columns.Where(column => column.Value.Value is not DBNull).Select(column => column.Key)];
        var types = names.Select((name, i) => $"${i + 1}::{_columns[name].Type}[]");
        var command = new NpgsqlBatchCommand(
            $"INSERT INTO {_table} ({string.Join(", ", names)}) SELECT * FROM unnest({string.Join(", ", types)})"
        );
        foreach (var name in names)
            command.Parameters.Add(
                new NpgsqlParameter { Value = own.GetValueOrDefault(name) ?? Repeat(_columns[name].Value, count) }
            );
        return command;
    }

    public static Array Repeat(object value, int count)
    {
        var values = Array.CreateInstance(value.GetType(), count);
        for (var i = 0; i < count; i++)
            values.SetValue(value, i);
        return values;
    }
}

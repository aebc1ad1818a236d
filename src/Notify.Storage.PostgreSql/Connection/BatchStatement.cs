using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>
/// A statement over a batch of rows, which it gets as one array per column. An optional column in which all rows have the usual
/// value is left out, because client and server spend time on each element of an array, null or not: <c>unnest</c> of 30 columns
/// takes 3.7 µs per row, that of 12 columns 1.0 µs. Once all columns are added, it is thread-safe.
/// </summary>
/// <typeparam name="TRow">A row of the batch.</typeparam>
/// <param name="createSql">Creates the SQL from a query that returns the columns in their order.</param>
internal sealed class BatchStatement<TRow>(Func<string, string> createSql)
{
    /// <summary>
    /// The maximum number of forms of the statement, each with other columns left out, which every connection keeps prepared.
    /// Applications need a few. With more, statements get all columns.
    /// </summary>
    private const int MaxForms = 16;

    private readonly List<BatchColumn<TRow>> _columns = [];
    private readonly ConcurrentDictionary<long, string> _forms = new();

    /// <summary>Adds a column that is always sent.</summary>
    public BatchStatement<TRow> Column<TValue>(string name, NpgsqlDbType type, Func<TRow, TValue> get)
    {
        _columns.Add(new BatchColumn<TRow, TValue>(name, type, get));
        return this;
    }

    /// <summary>Adds a column that is left out if all rows of a batch have its usual value.</summary>
    public BatchStatement<TRow> Optional<TValue>(string name, NpgsqlDbType type, Func<TRow, TValue> get, TValue? usual = default)
    {
        _columns.Add(new BatchColumn<TRow, TValue>(name, type, get, usual));
        return this;
    }

    /// <summary>Creates the statement for a batch.</summary>
    public NpgsqlBatchCommand Create(IReadOnlyList<TRow> rows)
    {
        var form = ChooseForm(rows);
        var command = new NpgsqlBatchCommand(_forms.GetOrAdd(form, CreateForm));
        for (var i = 0; i < _columns.Count; i++)
        {
            if (IsIn(form, i))
                _columns[i].AddTo(command.Parameters, rows);
        }

        return command;
    }

    /// <returns>A bit for each column, which is set if the column is sent.</returns>
    private long ChooseForm(IReadOnlyList<TRow> rows)
    {
        var form = 0L;
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_columns[i].IsNeeded(rows))
                form |= 1L << i;
        }

        return _forms.Count < MaxForms || _forms.ContainsKey(form) ? form : (1L << _columns.Count) - 1;
    }

    private string CreateForm(long form)
    {
        var sent = _columns.Where((_, i) => IsIn(form, i)).ToList();
        var values = _columns.Select((column, i) => IsIn(form, i) ? column.Name : $"{column.Usual} AS {column.Name}");
        var arrays = sent.Select((column, i) => $"${i + 1}::{column.Type}[]");
        return createSql(
            $"SELECT {string.Join(", ", values)} FROM unnest({string.Join(", ", arrays)}) "
                + $"AS sent({string.Join(", ", sent.Select(column => column.Name))})"
        );
    }

    private static bool IsIn(long form, int column) => (form & (1L << column)) != 0;
}

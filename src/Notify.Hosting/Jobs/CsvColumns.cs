using System.Buffers;
using System.Text;
using System.Text.Json;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Jobs;

/// <summary>
/// The columns of a CSV file. Their names are the paths of the fields in JSON, such as <c>addresses.email</c>, so that a row is
/// read like a line of NDJSON, and its errors name the columns.
/// </summary>
/// <param name="names">The names.</param>
/// <param name="prefixes">The beginnings of the names that the caller chooses.</param>
/// <param name="json">The columns whose cells are JSON; the others are texts.</param>
internal sealed class CsvColumns(IReadOnlyList<string> names, IReadOnlyList<string> prefixes, IReadOnlyList<string> json)
{
    private string Known => string.Join(", ", [.. names, .. prefixes.Select(prefix => $"{prefix}*")]);

    /// <summary>Checks the names in a header.</summary>
    /// <exception cref="InvalidRequestException">The exception lists every column that is unknown or occurs twice.</exception>
    public CsvHeader CreateHeader(IReadOnlyList<string> header)
    {
        var errors = new FieldErrors();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in header)
        {
            if (!IsKnown(name))
                errors.Add(
                    name.Length == 0 ? JsonField.RootPath : name,
                    FieldErrorCodes.UnknownField,
                    $"Unknown column. Separate columns with commas. The known columns are {Known}."
                );
            else if (!seen.Add(name))
                errors.Add(name, FieldErrorCodes.Duplicate, "This column occurs more than once.");
            else if (json.Contains(name) && header.Any(other => other.StartsWith($"{name}.", StringComparison.Ordinal)))
                errors.Add(name, FieldErrorCodes.NotAllowed, $"Use either the column {name} or columns such as {name}.plan.");
        }

        if (header.Count == 0)
            errors.Add(JsonField.RootPath, FieldErrorCodes.Required, $"The first line must name the columns: {Known}.");
        InvalidRequestException.ThrowIfAny(errors.All);
        return new CsvHeader(header, json);
    }

    private bool IsKnown(string name) =>
        names.Contains(name)
        || prefixes.Any(prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal));
}

/// <summary>The columns of a certain file, in its order.</summary>
internal sealed class CsvHeader
{
    private readonly List<(string Name, List<Column> Columns)> _members = [];
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;

    public CsvHeader(IReadOnlyList<string> names, IReadOnlyList<string> json)
    {
        _writer = new Utf8JsonWriter(_buffer);
        Count = names.Count;
        foreach (var (index, name) in names.Index())
        {
            var parts = name.Split('.', 2);
            var member = _members.Find(member => member.Name == parts[0]);
            if (member.Columns is null)
                _members.Add(member = (parts[0], []));
            member.Columns.Add(new Column(index, name, parts.Length > 1 ? parts[1] : null, json.Contains(name)));
        }
    }

    public int Count { get; }

    /// <summary>Writes a row as JSON. Empty cells are left out. The bytes are valid until the next call.</summary>
    /// <exception cref="InvalidRequestException">A cell is not valid.</exception>
    public ReadOnlyMemory<byte> Write(CsvCells cells)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        foreach (var (name, columns) in _members)
        {
            if (columns.TrueForAll(column => cells(column.Index).IsEmpty))
                continue;

            _writer.WritePropertyName(name);
            if (columns[0].Within is not null)
                _writer.WriteStartObject();
            foreach (var column in columns)
                Write(column, cells(column.Index));
            if (columns[0].Within is not null)
                _writer.WriteEndObject();
        }

        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenMemory;
    }

    private void Write(Column column, ReadOnlySpan<byte> cell)
    {
        if (cell.IsEmpty)
            return;
        if (column.Within is { } within)
            _writer.WritePropertyName(within);
        if (!column.IsJson)
            _writer.WriteStringValue(cell);
        else if (IsJson(cell))
            _writer.WriteRawValue(cell, skipInputValidation: true);
        else
            InvalidRequestException.ThrowIfAny([
                new FieldError(column.Name, FieldErrorCodes.Invalid, "Use a JSON object, such as {\"plan\":\"pro\"}."),
            ]);
    }

    private static bool IsJson(ReadOnlySpan<byte> cell)
    {
        var reader = new Utf8JsonReader(cell);
        try
        {
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private readonly record struct Column(int Index, string Name, string? Within, bool IsJson);
}

/// <summary>Returns a cell of a row, in UTF-8.</summary>
internal delegate ReadOnlySpan<byte> CsvCells(int index);

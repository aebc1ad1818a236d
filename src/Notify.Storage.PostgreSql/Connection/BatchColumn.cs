using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>A column of a <see cref="BatchStatement{TRow}"/>.</summary>
/// <param name="name">The name in SQL.</param>
/// <param name="type">The type in SQL.</param>
/// <param name="usual">The usual value in SQL; null if the column is always sent.</param>
internal abstract class BatchColumn<TRow>(string name, string type, string? usual)
{
    public string Name => name;

    public string Type => type;

    public string? Usual => usual;

    /// <summary>Returns whether a row has another value than the usual one.</summary>
    public abstract bool IsNeeded(IReadOnlyList<TRow> rows);

    /// <summary>Adds the parameter with the values of all rows.</summary>
    public abstract void AddTo(NpgsqlParameterCollection parameters, IReadOnlyList<TRow> rows);
}

/// <inheritdoc/>
internal sealed class BatchColumn<TRow, TValue> : BatchColumn<TRow>
{
    private readonly NpgsqlDbType _type;
    private readonly Func<TRow, TValue> _get;
    private readonly TValue? _usual;

    /// <summary>Creates a column that is always sent.</summary>
    public BatchColumn(string name, NpgsqlDbType type, Func<TRow, TValue> get)
        : base(name, GetName(type), usual: null) => (_type, _get) = (type, get);

    /// <summary>Creates a column that is left out if all rows have its usual value.</summary>
    public BatchColumn(string name, NpgsqlDbType type, Func<TRow, TValue> get, TValue? usual)
        : base(name, GetName(type), $"{ToSql(usual)}::{GetName(type)}") => (_type, _get, _usual) = (type, get, usual);

    public override bool IsNeeded(IReadOnlyList<TRow> rows)
    {
        if (Usual is null)
            return true;
        for (var i = 0; i < rows.Count; i++)
        {
            if (!EqualityComparer<TValue>.Default.Equals(_get(rows[i]), _usual))
                return true;
        }

        return false;
    }

    public override void AddTo(NpgsqlParameterCollection parameters, IReadOnlyList<TRow> rows) =>
        parameters.Column(_type, rows, _get);

    /// <summary>Usual values are null or numbers.</summary>
    private static string ToSql(TValue? usual) => usual is null ? "NULL" : Convert.ToString(usual, CultureInfo.InvariantCulture)!;

    private static string GetName(NpgsqlDbType type) =>
        type switch
        {
            NpgsqlDbType.Bigint => "bigint",
            NpgsqlDbType.Bytea => "bytea",
            NpgsqlDbType.Integer => "integer",
            NpgsqlDbType.Smallint => "smallint",
            NpgsqlDbType.Text => "text",
            NpgsqlDbType.TimestampTz => "timestamptz",
            NpgsqlDbType.Uuid => "uuid",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The name of this type in SQL is not known."),
        };
}

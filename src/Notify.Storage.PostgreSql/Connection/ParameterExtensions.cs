using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>Adds parameters in the order of $1, $2 and so on: single values, and a list's columns for <c>unnest</c>.</summary>
internal static class ParameterExtensions
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;

    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, T value)
        where T : notnull
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return parameters;
    }

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, DateTimeOffset value) =>
        parameters.With(value.ToDatabase());

    public static NpgsqlParameterCollection WithOrNull(this NpgsqlParameterCollection parameters, DateTimeOffset? value) =>
        parameters.WithOrNull(NpgsqlDbType.TimestampTz, value?.ToDatabase());

    public static NpgsqlParameterCollection WithOrNull(
        this NpgsqlParameterCollection parameters,
        NpgsqlDbType type,
        object? value
    )
    {
        parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        return parameters;
    }

    public static NpgsqlParameterCollection Column<TRow, TValue>(
        this NpgsqlParameterCollection parameters,
        NpgsqlDbType type,
        IReadOnlyList<TRow> rows,
        Func<TRow, TValue> value
    )
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = value(rows[i]);
        parameters.Add(new NpgsqlParameter<TValue[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = values });
        return parameters;
    }

    /// <summary>
    /// PostgreSQL counts microseconds and .NET tenths of them. Every time is rounded up, those to compare with too, so that what
    /// was due at a time stays due at it, and nothing falls due before its microsecond.
    /// </summary>
    public static DateTime ToDatabase(this DateTimeOffset time)
    {
        var ticks = time.UtcTicks;
        var beyond = ticks % TicksPerMicrosecond;
        return new DateTime(
            beyond == 0 || ticks > DateTime.MaxValue.Ticks - TicksPerMicrosecond ? ticks : ticks - beyond + TicksPerMicrosecond,
            DateTimeKind.Utc
        );
    }

    /// <summary>A vendor's words, without what PostgreSQL text cannot hold: a settlement must never fail over them.</summary>
    public static string? ToDatabase(this string? words) =>
        words is null || !words.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !words.Contains('\0', StringComparison.Ordinal)
            ? words
            : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(words)).Replace('\0', '\uFFFD');
}

using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Notify.Storage.PostgreSql.Connection;

/// <summary>Adds parameters in the order $1, $2 and so on: single values, and arrays of values for <c>unnest</c>.</summary>
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
    /// Converts a time to the precision of PostgreSQL, which is 1 microsecond; that of .NET is 0.1 microseconds. All times are
    /// rounded up, stored and compared ones alike, so a delivery that is due at a time is found at that time, and not earlier.
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

    /// <summary>
    /// Replaces the characters of a vendor's text that PostgreSQL cannot store, because they must not make a settlement fail.
    /// </summary>
    public static string? ToDatabase(this string? words) =>
        words is null || !words.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !words.Contains('\0', StringComparison.Ordinal)
            ? words
            : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(words)).Replace('\0', '\uFFFD');
}

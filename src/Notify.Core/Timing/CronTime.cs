using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace Notify.Core.Timing;

/// <summary>
/// A cron expression of five fields on a recipient's clock. If both days are restricted, either may match, as in POSIX
/// crontab(5).
/// </summary>
/// <remarks>
/// A time that the clock skips matches at the end of the gap. A time that the clock shows twice matches once, unless its minute
/// or hour is a <c>*</c> or a step: then it matches in both hours. Cronos parses the fields and finds the next match between two
/// changes of the clock. It is not used across changes, because it relies on <see cref="TimeZoneInfo.IsInvalidTime"/> (see
/// <see cref="LocalTime"/>).
/// </remarks>
internal sealed class CronTime
{
    private const int MaxLength = 256;
    private const int DayOfMonth = 2;
    private const int DayOfWeek = 4;

    private static readonly (string Name, string Values)[] Fields =
    [
        ("minute", "0-59"),
        ("hour", "0-23"),
        ("day of month", "1-31"),
        ("month", "1-12 or JAN-DEC"),
        ("day of week", "0-7 or SUN-SAT, where 0 and 7 are Sunday"),
    ];

    private readonly CronExpression[] _alternatives;
    private readonly bool _repeats;

    private CronTime(CronExpression[] alternatives, bool repeats) => (_alternatives, _repeats) = (alternatives, repeats);

    /// <summary>Parses a cron expression, or describes which field is invalid and where.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronTime? time, [NotNullWhen(false)] out string? error)
    {
        time = null;
        error = FindError(text);
        if (error is not null)
            return false;

        var fields = Split(text).Select(field => field.Text).ToArray();
        var repeats = fields.Take(2).Any(field => field.AsSpan().ContainsAny('*', '/'));
        time = new CronTime([.. SplitDays(fields).Select(Parse)], repeats);
        return true;
    }

    /// <summary>Finds the first match after an instant; null if there is none, as for 31 February.</summary>
    public DateTimeOffset? GetNext(DateTimeOffset after, string? timeZone)
    {
        DateTimeOffset? first = null;
        foreach (var alternative in _alternatives)
        {
            if (GetNext(alternative, after.UtcDateTime, timeZone) is { } next && !(next >= first))
                first = next;
        }

        return first;
    }

    // The offset is fixed from one change of the clock to the next, so within that span the local time can be treated as UTC.
    private DateTime? GetNext(CronExpression expression, DateTime after, string? timeZone)
    {
        var inclusive = false;
        while (true)
        {
            var offset = LocalTime.GetOffset(after, timeZone);
            if (expression.GetNextOccurrence(after + offset, inclusive) is not { } local)
                return null;

            var next = local - offset;
            if (LocalTime.FindChange(after, next, timeZone) is not { } change)
            {
                if (_repeats || LocalTime.ToUtc(local, timeZone) == next)
                    return next;

                // The clock already showed this time before it was set back.
                (after, inclusive) = (next, false);
                continue;
            }

            if (local < change + LocalTime.GetOffset(change, timeZone))
                return change;
            (after, inclusive) = (change, true);
        }
    }

    private static CronExpression Parse(string[] fields) => CronExpression.Parse(string.Join(' ', fields));

    // Cronos requires both days to match, so two restricted days become two alternatives.
    private static IEnumerable<string[]> SplitDays(string[] fields)
    {
        if (IsAny(fields[DayOfMonth]) || IsAny(fields[DayOfWeek]))
            return [fields];

        string[] ofMonth = [.. fields];
        string[] ofWeek = [.. fields];
        (ofMonth[DayOfWeek], ofWeek[DayOfMonth]) = ("*", "*");
        return [ofMonth, ofWeek];
    }

    private static bool IsAny(string field) => field is "*" or "?";

    private static string? FindError(string text)
    {
        if (text.Length > MaxLength)
            return $"Use at most {MaxLength} characters.";

        var fields = Split(text);
        if (fields.Count != Fields.Length)
            return "Use five fields (minute, hour, day of month, month, day of week), such as 0 8 * * 1-5. "
                + $"This expression has {fields.Count}.";

        for (var i = 0; i < fields.Count; i++)
        {
            if (!IsField(fields[i].Text, i))
                return $"The {Fields[i].Name}, field {i + 1} at position {fields[i].Position}, is not valid. "
                    + $"Use {Fields[i].Values}, "
                    + "with * for any, lists, ranges and steps.";
        }

        return null;
    }

    private static bool IsField(string field, int index)
    {
        // Cronos stops reading at a NUL.
        if (field.Any(char.IsControl))
            return false;

        string[] alone = ["*", "*", "*", "*", "*"];
        alone[index] = field;
        try
        {
            Parse(alone);
            return true;
        }
        catch (CronFormatException)
        {
            return false;
        }
    }

    /// <summary>Splits a text at spaces and tabs. Positions count from 1.</summary>
    private static List<(string Text, int Position)> Split(string text)
    {
        var fields = new List<(string, int)>();
        foreach (var range in text.AsSpan().SplitAny(' ', '\t'))
        {
            var (start, length) = range.GetOffsetAndLength(text.Length);
            if (length > 0)
                fields.Add((text.Substring(start, length), start + 1));
        }

        return fields;
    }
}

using System.Globalization;

namespace Notify.Planning;

/// <summary>
/// A cron time: minute, hour, day of month, month, day of week (0 or 7 is Sunday), each <c>*</c>, a number, a range, a list or a
/// step. As in POSIX crontab(5), where both days are restricted either may match.
/// </summary>
internal sealed class CronSchedule
{
    private static readonly (int First, int Last)[] Ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];

    private readonly bool[][] _fields;
    private readonly bool _anyDayOfMonth;
    private readonly bool _anyDayOfWeek;

    private CronSchedule(bool[][] fields, bool anyDayOfMonth, bool anyDayOfWeek)
    {
        (_fields, _anyDayOfMonth, _anyDayOfWeek) = (fields, anyDayOfMonth, anyDayOfWeek);
        _fields[4][0] |= _fields[4][7];
    }

    /// <summary>Null when the text is no cron time.</summary>
    public static CronSchedule? TryParse(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Ranges.Length)
            return null;

        var fields = new bool[Ranges.Length][];
        for (var i = 0; i < parts.Length; i++)
        {
            fields[i] = new bool[Ranges[i].Last + 1];
            if (!parts[i].Split(',').All(item => TryAdd(item, Ranges[i], fields[i])))
                return null;
        }

        return new CronSchedule(fields, parts[2] == "*", parts[4] == "*");
    }

    /// <summary>
    /// The first matching minute after <paramref name="local"/>; null when none comes within five years, as for 31 February.
    /// </summary>
    public DateTime? Next(DateTime local)
    {
        var next = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0).AddMinutes(1);
        var limit = next.AddYears(5);
        while (next < limit)
        {
            if (!_fields[3][next.Month])
                next = new DateTime(next.Year, next.Month, 1).AddMonths(1);
            else if (!MatchesDay(next))
                next = next.Date.AddDays(1);
            else if (!_fields[1][next.Hour])
                next = next.Date.AddHours(next.Hour + 1);
            else if (!_fields[0][next.Minute])
                next = next.AddMinutes(1);
            else
                return next;
        }

        return null;
    }

    private bool MatchesDay(DateTime day)
    {
        var (ofMonth, ofWeek) = (_fields[2][day.Day], _fields[4][(int)day.DayOfWeek]);
        return _anyDayOfMonth || _anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private static bool TryAdd(string item, (int First, int Last) range, bool[] field)
    {
        var (span, step) = item.Split('/') switch
        {
            [var only] => (only, 1),
            [var stepped, var by] when TryNumber(by, out var number) && number > 0 => (stepped, number),
            _ => ("", 0),
        };
        var (first, last) = span.Split('-') switch
        {
            ["*"] => range,
            [var from, var to] when TryNumber(from, out var a) && TryNumber(to, out var b) => (a, b),
            [var single] when TryNumber(single, out var number) => (number, step > 1 ? range.Last : number),
            _ => (1, 0),
        };
        if (step == 0 || first > last || first < range.First || last > range.Last)
            return false;

        for (var i = first; i <= last; i += step)
            field[i] = true;
        return true;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

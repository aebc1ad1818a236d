using System.Globalization;

namespace Notify.Dashboard.Layout;

/// <summary>Writes times and numbers for people. The script of the pages shows times in the viewer's zone.</summary>
internal static class Texts
{
    public static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Absolute(DateTimeOffset at) =>
        at.UtcDateTime.ToString("d MMM yyyy, HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Format(DateTimeOffset at, string format) =>
        at.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Isolates a text of a person, whose direction must not change the text around it (Unicode Annex 9).</summary>
    public static string Isolate(string text) => $"\u2068{text}\u2069";

    public static string Capitalize(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double share) =>
        share is > 0.9999 and < 1 ? "> 99.99 %" : (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    public static string Count(long number, string one, string many) => $"{Number(number)} {(number == 1 ? one : many)}";

    /// <summary>Writes a duration with its two largest units, such as <c>1 h 5 min</c>.</summary>
    public static string Duration(TimeSpan time) =>
        time.TotalMilliseconds < 1_000
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalMilliseconds):0} ms")
        : time.TotalSeconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s")
        : time.TotalMinutes < 60 ? Join(time.Minutes, "min", time.Seconds, "s")
        : time.TotalHours < 24 ? Join(time.Hours, "h", time.Minutes, "min")
        : Join(time.Days, "d", time.Hours, "h");

    private static string Join(int large, string unit, int small, string smallUnit) =>
        small == 0 ? $"{large} {unit}" : $"{large} {unit} {small} {smallUnit}";

    /// <summary>
    /// Parses a time of a filter, such as <c>2026-11-29 17:00</c>. A filter that is not understood is an error: without it, a
    /// list would show more, and a replay would send more, than the person wanted.
    /// </summary>
    public static DateTimeOffset? ParseTime(string? text, string field, ICollection<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return at;
        errors.Add(new FieldError(field, FieldErrorCodes.Invalid, "Use a time in UTC, such as 2026-11-29 17:00."));
        return null;
    }
}

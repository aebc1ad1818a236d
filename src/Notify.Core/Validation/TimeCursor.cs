using System.Globalization;

namespace Notify.Core.Validation;

/// <summary>The text form of a position in a list that is ordered by a time, and by IDs among equal times.</summary>
internal static class TimeCursor
{
    private const char Separator = '-';

    public static string Write(DateTimeOffset at, Guid id) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.UtcTicks:x}{Separator}{id:N}");

    public static bool TryRead(string text, out DateTimeOffset at, out Guid id)
    {
        (at, id) = (default, default);
        if (
            text.Split(Separator) is not [var first, var second]
            || !long.TryParse(first, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ticks)
            || ticks < 0
            || ticks > DateTimeOffset.MaxValue.Ticks
            || !Guid.TryParseExact(second, "N", out id)
        )
            return false;

        at = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }
}

using System.Globalization;

namespace Notify.Core.Inboxes;

/// <summary>The text form of a position in an inbox.</summary>
internal static class InboxCursor
{
    private const char Separator = '-';

    public static string Write(InboxPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{position.At.UtcTicks:x}{Separator}{position.Id:N}");

    public static bool TryRead(string text, out InboxPosition position)
    {
        position = default;
        if (
            text.Split(Separator) is not [var ticks, var id]
            || !long.TryParse(ticks, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var at)
            || at < 0
            || at > DateTimeOffset.MaxValue.Ticks
            || !Guid.TryParseExact(id, "N", out var itemId)
        )
            return false;

        position = new InboxPosition(new DateTimeOffset(at, TimeSpan.Zero), itemId);
        return true;
    }
}

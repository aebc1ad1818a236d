using Notify.Core.Validation;

namespace Notify.Core.Inboxes;

/// <summary>The text form of a position in an inbox.</summary>
internal static class InboxCursor
{
    public static string Write(InboxPosition position) => TimeCursor.Write(position.At, position.Id);

    public static bool TryRead(string text, out InboxPosition position)
    {
        var isRead = TimeCursor.TryRead(text, out var at, out var id);
        position = isRead ? new InboxPosition(at, id) : default;
        return isRead;
    }
}

namespace Notify.Core.Inboxes;

/// <summary>The times of inbox items. They are whole milliseconds, which every store represents exactly.</summary>
internal static class InboxTime
{
    public static DateTimeOffset GetNow(TimeProvider time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}

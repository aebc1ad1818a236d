using System.Buffers.Binary;

namespace Notify.Storage;

/// <summary>
/// Converts times to bounds of ids. An id is a UUIDv7, which begins with the millisecond of its creation (RFC 9562).
/// </summary>
public static class IdRange
{
    /// <summary>Gets the lowest id of a time: every id that was created before that millisecond is lower.</summary>
    /// <param name="time">The time.</param>
    public static Guid GetLowestId(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Gets the ids that a filter and a page allow.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="before">The last id of the page before, or null for the first page.</param>
    /// <returns>The inclusive lower and the exclusive upper bound; null where there is no bound.</returns>
    public static (Guid? From, Guid? To) Create(NotificationFilter filter, Guid? before)
    {
        Guid? from = filter.From is { } first ? GetLowestId(first) : null;
        Guid? to = filter.To is { } last ? GetLowestId(last) : null;
        return (from, to is null || before < to ? before ?? to : to);
    }
}

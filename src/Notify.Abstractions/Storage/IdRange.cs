using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// Conversions from times to bounds of IDs. An ID is a UUIDv7, which begins with the millisecond of its creation (RFC 9562).
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public static class IdRange
{
    /// <summary>Gets the lowest possible ID for a time. All IDs that were created in an earlier millisecond are lower.</summary>
    /// <param name="time">The time.</param>
    public static Guid GetLowestId(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Gets the time at which an ID was created, to the millisecond.</summary>
    /// <param name="id">The ID.</param>
    public static DateTimeOffset GetTime(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(bytes) >>> 16;
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(milliseconds, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
    }

    /// <summary>Creates the range of IDs for a filter and a page.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="before">The last ID of the previous page; null for the first page.</param>
    /// <returns>The inclusive lower bound and the exclusive upper bound; null for an open end.</returns>
    public static (Guid? From, Guid? To) Create(NotificationFilter filter, Guid? before)
    {
        Guid? from = filter.From is { } first ? GetLowestId(first) : null;
        Guid? to = filter.To is { } last ? GetLowestId(last) : null;
        return (from, to is null || before < to ? before ?? to : to);
    }
}

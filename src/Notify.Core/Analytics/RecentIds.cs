using System.Buffers.Binary;

namespace Notify.Core.Analytics;

/// <summary>
/// The ids of the last events of a source, by which repeated events are recognized. Half of each id is kept: of a hash, that is
/// enough to tell a few thousand events apart.
/// </summary>
internal sealed class RecentIds
{
    public const int Max = 8_192;

    private const byte Version = 1;

    private readonly HashSet<long> _known = [];
    private readonly Queue<long> _order = new();

    /// <summary>Adds an id. Returns false if it is one of the last.</summary>
    public bool Add(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Add(BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
    }

    public RecentIds Clone() => Read(Write());

    public byte[] Write()
    {
        var state = new byte[1 + (_order.Count * sizeof(long))];
        state[0] = Version;
        var at = 1;
        foreach (var id in _order)
        {
            BinaryPrimitives.WriteInt64BigEndian(state.AsSpan(at), id);
            at += sizeof(long);
        }

        return state;
    }

    /// <summary>Reads what <see cref="Write"/> wrote. A state that a newer version wrote has no ids.</summary>
    public static RecentIds Read(ReadOnlySpan<byte> state)
    {
        var ids = new RecentIds();
        if (state.Length == 0 || state[0] != Version)
            return ids;

        for (var at = 1; at + sizeof(long) <= state.Length; at += sizeof(long))
            ids.Add(BinaryPrimitives.ReadInt64BigEndian(state[at..]));
        return ids;
    }

    private bool Add(long id)
    {
        if (!_known.Add(id))
            return false;

        _order.Enqueue(id);
        if (_order.Count > Max)
            _known.Remove(_order.Dequeue());
        return true;
    }
}

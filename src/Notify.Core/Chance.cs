namespace Notify;

/// <summary>The engine's only source of chance. A simulation puts a seeded one in its place, so that a run can be repeated.</summary>
internal class Chance
{
    private const int CounterEnd = 1 << 12;

    private readonly Lock _lock = new();
    private long _millisecond;
    private int _counter;

    /// <summary>
    /// A UUIDv7 of this time. Those of one process sort in the order in which they were made, within a millisecond too: 12 bits
    /// count (RFC 9562 section 6.2, method 1), and where they run out the next millisecond is begun early.
    /// </summary>
    public virtual Guid NewId(DateTimeOffset at)
    {
        var (millisecond, counter) = Count(at.ToUnixTimeMilliseconds());
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(millisecond)).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6] = (byte)(0x70 | (counter >> 8));
        bytes[7] = (byte)counter;
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>At least 0 and less than 1.</summary>
    public virtual double NextDouble() => Random.Shared.NextDouble();

    private (long Millisecond, int Counter) Count(long millisecond)
    {
        lock (_lock)
        {
            if (millisecond > _millisecond)
                (_millisecond, _counter) = (millisecond, 0);
            else if (millisecond < _millisecond - 1)
                return (millisecond, Random.Shared.Next(CounterEnd));
            else if (++_counter == CounterEnd)
                (_millisecond, _counter) = (_millisecond + 1, 0);
            return (_millisecond, _counter);
        }
    }
}

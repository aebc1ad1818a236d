using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Notify.Core;

/// <summary>
/// The engine's only source of chance. A simulation puts a seeded one in its place, so that a run can be repeated.
/// </summary>
internal class Chance
{
    private const int CounterEnd = 1 << 12;
    private const int RandomBytesPerId = 8;

    private readonly Lock _lock = new();

    // Asked of the system for many ids at once: a call for each costs more than the rest of an id.
    private readonly byte[] _random = new byte[RandomBytesPerId * 128];
    private int _randomLeft;
    private long _millisecond;
    private int _counter;

    /// <summary>
    /// A UUIDv7 of this time. Those of one process sort in the order in which they were made, within a millisecond too: 12 bits
    /// count (RFC 9562 section 6.2, method 1), and where they run out the next millisecond is begun early.
    /// </summary>
    public virtual Guid NewId(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_lock)
        {
            var (millisecond, counter) = Count(at.ToUnixTimeMilliseconds());
            BinaryPrimitives.WriteInt64BigEndian(bytes, (millisecond << 16) | 0x7000 | (long)counter);
            TakeRandom(bytes[8..]);
        }

        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>At least 0 and less than 1.</summary>
    public virtual double NextDouble() => Random.Shared.NextDouble();

    private (long Millisecond, int Counter) Count(long millisecond)
    {
        if (millisecond > _millisecond)
            (_millisecond, _counter) = (millisecond, 0);
        else if (millisecond < _millisecond - 1)
            return (millisecond, Random.Shared.Next(CounterEnd));
        else if (++_counter == CounterEnd)
            (_millisecond, _counter) = (_millisecond + 1, 0);
        return (_millisecond, _counter);
    }

    private void TakeRandom(Span<byte> bytes)
    {
        if (_randomLeft == 0)
        {
            RandomNumberGenerator.Fill(_random);
            _randomLeft = _random.Length;
        }

        _random.AsSpan(_random.Length - _randomLeft, bytes.Length).CopyTo(bytes);
        _randomLeft -= bytes.Length;
    }
}

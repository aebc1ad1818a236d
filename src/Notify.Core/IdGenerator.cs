using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Notify.Core;

/// <summary>
/// Creates the ids of notifications, deliveries and digest events. A simulation replaces it with a seeded one, which makes its
/// runs repeatable.
/// </summary>
internal class IdGenerator
{
    private const int CounterEnd = 1 << 12;
    private const int RandomBytesPerId = 8;

    private readonly Lock _lock = new();

    // Random bytes for many ids are fetched at once: a system call per id would cost more than the rest of it.
    private readonly byte[] _random = new byte[RandomBytesPerId * 128];
    private int _randomLeft;
    private long _millisecond;
    private int _counter;

    /// <summary>
    /// Creates a UUIDv7 for a time. The ids of one process sort in the order of their creation, even within a millisecond: 12
    /// bits are a counter (RFC 9562 section 6.2, method 1), and when it overflows, the next millisecond begins early.
    /// </summary>
    public virtual Guid Create(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_lock)
        {
            var (millisecond, counter) = GetPosition(at.ToUnixTimeMilliseconds());
            BinaryPrimitives.WriteInt64BigEndian(bytes, (millisecond << 16) | 0x7000 | (long)counter);
            TakeRandom(bytes[8..]);
        }

        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }

    // Called under the lock. A time that is well before the last one belongs to an id that is created for the past, or follows a
    // correction of the clock. Such an id cannot take its place in the order, so its counter is random.
    private (long Millisecond, int Counter) GetPosition(long millisecond)
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

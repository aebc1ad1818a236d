using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Notify.Core.Events;

/// <summary>
/// Computes the ids of events from what they report, so that an event which is published again has the same id.
/// </summary>
internal static class EventIds
{
    private const int GuidLength = 16;
    private const int NumberLength = 8;
    private const int MaxTextLength = 64;

    /// <summary>Computes an id, a UUIDv8 (RFC 9562, appendix B.2), from the hash of its parts.</summary>
    /// <param name="subject">The id of what the event is about.</param>
    /// <param name="text">What happened to it; at most 64 ASCII characters.</param>
    /// <param name="number">A number that tells apart what can happen to it several times.</param>
    public static Guid Compute(Guid subject, string text, long number)
    {
        Span<byte> parts = stackalloc byte[GuidLength + NumberLength + MaxTextLength];
        subject.TryWriteBytes(parts, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(parts[GuidLength..], number);
        var length = Encoding.ASCII.GetBytes(text, parts[(GuidLength + NumberLength)..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(parts[..(GuidLength + NumberLength + length)], hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0F));
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new Guid(hash[..GuidLength], bigEndian: true);
    }

    /// <summary>Computes a number for <see cref="Compute"/> from a text that tells apart what can happen several times.</summary>
    public static long ComputeNumber(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}

using System.Buffers.Binary;
using Notify.Storage;

namespace Notify.Transport.Kafka.Hints;

/// <summary>
/// The wire format of a hint, 25 bytes: a version, the delivery's id and its fence. The content and the address of a delivery
/// never leave the store.
/// </summary>
internal static class HintMessage
{
    private const byte Version = 1;
    private const int IdAt = 1;
    private const int FenceAt = 17;
    private const int Size = 25;

    public static byte[] Write(DeliveryReference reference)
    {
        var bytes = new byte[Size];
        bytes[0] = Version;
        reference.Id.TryWriteBytes(bytes.AsSpan(IdAt), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(FenceAt), reference.Fence);
        return bytes;
    }

    /// <summary>Reads a hint.</summary>
    /// <returns>Why the bytes are not a hint; null when they are one.</returns>
    public static string? TryRead(byte[]? bytes, out DeliveryReference reference)
    {
        reference = default;
        if (bytes is null or [])
            return "no body";
        if (bytes[0] != Version)
            return $"version {bytes[0]} instead of {Version}";
        if (bytes.Length != Size)
            return $"{bytes.Length} bytes instead of {Size}";

        reference = new DeliveryReference(
            new Guid(bytes.AsSpan(IdAt, FenceAt - IdAt), bigEndian: true),
            BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(FenceAt))
        );
        return null;
    }
}

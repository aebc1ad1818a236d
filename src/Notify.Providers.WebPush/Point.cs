using System.Security.Cryptography;

namespace Notify.Providers.WebPush;

/// <summary>
/// Reads and writes points of P-256 in uncompressed form (SEC 1, section 2.3.3): a byte of value 4 and two coordinates of 32
/// bytes.
/// </summary>
internal static class Point
{
    public const int Length = 1 + (2 * CoordinateLength);

    private const int CoordinateLength = 32;
    private const byte Uncompressed = 4;

    public static bool IsUncompressed(ReadOnlySpan<byte> point) => point.Length == Length && point[0] == Uncompressed;

    public static ECPoint Parse(ReadOnlySpan<byte> point) =>
        new()
        {
            X = point.Slice(1, CoordinateLength).ToArray(),
            Y = point.Slice(1 + CoordinateLength, CoordinateLength).ToArray(),
        };

    public static void Write(ECPoint point, Span<byte> destination)
    {
        destination[0] = Uncompressed;
        point.X.CopyTo(destination[1..]);
        point.Y.CopyTo(destination[(1 + CoordinateLength)..]);
    }
}

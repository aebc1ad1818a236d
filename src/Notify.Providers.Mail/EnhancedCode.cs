using System.Buffers.Text;

namespace Notify.Providers.Mail;

/// <summary>An enhanced status code (RFC 3463), which is more specific than the three digits of the reply code.</summary>
/// <param name="Class">2 for success, 4 for a transient failure, 5 for a permanent one.</param>
/// <param name="Subject">What the code is about, 0 to 999.</param>
/// <param name="Detail">The detail, 0 to 999.</param>
public readonly record struct EnhancedCode(int Class, int Subject, int Detail)
{
    private const int MaxNumber = 999;

    /// <summary>Reads the code at the start of a reply's text; null when there is none.</summary>
    public static EnhancedCode? ReadFrom(ReadOnlySpan<byte> text)
    {
        if (
            TryTakeNumber(ref text, out var status)
            && status is 2 or 4 or 5
            && TryTake(ref text, (byte)'.')
            && TryTakeNumber(ref text, out var subject)
            && TryTake(ref text, (byte)'.')
            && TryTakeNumber(ref text, out var detail)
            && (text.IsEmpty || text[0] == ' ')
        )
        {
            return new EnhancedCode(status, subject, detail);
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Class}.{Subject}.{Detail}";

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> text, out int number)
    {
        if (!Utf8Parser.TryParse(text, out number, out var length) || number is < 0 or > MaxNumber)
            return false;

        text = text[length..];
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> text, byte wanted)
    {
        if (text.IsEmpty || text[0] != wanted)
            return false;

        text = text[1..];
        return true;
    }
}

using System.Buffers.Text;

namespace Notify.Providers.Smtp.Wire;

/// <summary>An enhanced status code (RFC 3463): what was refused, in more detail than the reply code's three digits.</summary>
internal readonly record struct EnhancedCode(int Class, int Subject, int Detail)
{
    private const int MaxNumber = 999;

    /// <summary>Reads the code that a reply's text begins with.</summary>
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

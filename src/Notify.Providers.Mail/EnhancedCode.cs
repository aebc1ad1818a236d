using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Notify.Providers.Mail;

/// <summary>An enhanced status code (RFC 3463), which is more specific than the three digits of the reply code.</summary>
public readonly record struct EnhancedCode
{
    private const int MaxNumber = 999;

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="class">The class: 2 for success, 4 for a transient failure, 5 for a permanent one.</param>
    /// <param name="subject">The subject, 0 to 999.</param>
    /// <param name="detail">The detail, 0 to 999.</param>
    [SetsRequiredMembers]
    public EnhancedCode(int @class, int subject, int detail)
    {
        Class = @class;
        Subject = subject;
        Detail = detail;
    }

    /// <summary>Gets the class: 2 for success, 4 for a transient failure, 5 for a permanent one.</summary>
    public required int Class { get; init; }

    /// <summary>Gets the subject, 0 to 999.</summary>
    public required int Subject { get; init; }

    /// <summary>Gets the detail, 0 to 999.</summary>
    public required int Detail { get; init; }

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

using System.Diagnostics.CodeAnalysis;

namespace Notify.Providers.Mail;

/// <summary>The server's reply to one command.</summary>
public readonly record struct SmtpReply
{
    /// <summary>Service not available, closing transmission channel (RFC 5321 section 4.2.2).</summary>
    public const int Closing = 421;

    /// <summary>Start mail input (RFC 5321 section 4.2.2).</summary>
    public const int StartMailInput = 354;

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="code">The reply code, 100 to 999.</param>
    /// <param name="enhanced">The enhanced code of its last line; null when there is none.</param>
    /// <param name="lines">All its lines. The memory is reused by the next reply.</param>
    [SetsRequiredMembers]
    public SmtpReply(int code, EnhancedCode? enhanced, ReadOnlyMemory<byte> lines)
    {
        Code = code;
        Enhanced = enhanced;
        Lines = lines;
    }

    /// <summary>Gets the reply code, 100 to 999.</summary>
    public required int Code { get; init; }

    /// <summary>Gets the enhanced code of its last line; null when there is none.</summary>
    public EnhancedCode? Enhanced { get; init; }

    /// <summary>Gets all its lines. The memory is reused by the next reply.</summary>
    public required ReadOnlyMemory<byte> Lines { get; init; }

    /// <summary>Gets whether the server refused the command, temporarily or permanently.</summary>
    public bool IsRefusal => Code is >= 400 and <= 599;

    /// <summary>Returns the codes, and never the text, which often repeats the address.</summary>
    public override string ToString() => Enhanced is null ? $"{Code}" : $"{Code} {Enhanced}";
}

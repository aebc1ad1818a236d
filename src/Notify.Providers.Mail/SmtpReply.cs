namespace Notify.Providers.Mail;

/// <summary>The server's reply to one command.</summary>
/// <param name="Code">The reply code, 100 to 999.</param>
/// <param name="Enhanced">The enhanced code of its last line; null when there is none.</param>
/// <param name="Lines">All its lines. The memory is reused by the next reply.</param>
public readonly record struct SmtpReply(int Code, EnhancedCode? Enhanced, ReadOnlyMemory<byte> Lines)
{
    /// <summary>Service not available, closing transmission channel (RFC 5321 section 4.2.2).</summary>
    public const int Closing = 421;

    /// <summary>Start mail input (RFC 5321 section 4.2.2).</summary>
    public const int StartMailInput = 354;

    /// <summary>Gets whether the server refused the command, for now or for good.</summary>
    public bool IsRefusal => Code is >= 400 and <= 599;

    /// <summary>Returns the codes, and never the text, which often repeats the address.</summary>
    public override string ToString() => Enhanced is null ? $"{Code}" : $"{Code} {Enhanced}";
}

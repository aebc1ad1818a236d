namespace Notify.Providers.Smtp.Wire;

/// <summary>What the server answered to one command.</summary>
/// <param name="Code">The reply code, 100 to 999.</param>
/// <param name="Enhanced">The enhanced code of its last line; null when there is none.</param>
/// <param name="Lines">All its lines. Gone with the next reply.</param>
internal readonly record struct SmtpReply(int Code, EnhancedCode? Enhanced, ReadOnlyMemory<byte> Lines)
{
    /// <summary>Service not available, closing transmission channel (RFC 5321 section 4.2.2).</summary>
    public const int Closing = 421;

    public const int StartMailInput = 354;

    public bool IsRefusal => Code is >= 400 and <= 599;

    /// <summary>The codes; never the text, which likes to repeat the address.</summary>
    public override string ToString() => Enhanced is null ? $"{Code}" : $"{Code} {Enhanced}";
}

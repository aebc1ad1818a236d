using System.Text;

namespace Notify.Providers.Smtp.Wire;

/// <summary>The extensions of a server that this client uses.</summary>
[Flags]
internal enum SmtpCapabilities
{
    None = 0,
    StartTls = 1,
    Pipelining = 2,
    SmtpUtf8 = 4,
    AuthPlain = 8,
    AuthLogin = 16,
}

/// <summary>Reads the reply to EHLO (RFC 5321 section 4.1.1.1).</summary>
internal static class EhloReply
{
    private const int CodeLength = 4;

    public static SmtpCapabilities Read(ReadOnlySpan<byte> lines)
    {
        var offered = SmtpCapabilities.None;
        var isGreeting = true;
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range].TrimEnd((byte)'\r');
            if (!isGreeting && line.Length > CodeLength)
                offered |= ReadLine(line[CodeLength..]);
            isGreeting = false;
        }

        return offered;
    }

    // RFC 5321 separates words by a single space. Some servers, and proxies in front of them, also write tabs, several spaces, or
    // a space at the end of a line. Before RFC 2554 the mechanisms followed "AUTH=", and some servers write both lines for
    // clients of that time.
    private static SmtpCapabilities ReadLine(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t"u8);
        var end = line.IndexOfAny(" \t="u8);
        var keyword = end < 0 ? line : line[..end];
        if (Ascii.EqualsIgnoreCase(keyword, "STARTTLS"u8))
            return SmtpCapabilities.StartTls;
        if (Ascii.EqualsIgnoreCase(keyword, "PIPELINING"u8))
            return SmtpCapabilities.Pipelining;
        if (Ascii.EqualsIgnoreCase(keyword, "SMTPUTF8"u8))
            return SmtpCapabilities.SmtpUtf8;
        return end > 0 && Ascii.EqualsIgnoreCase(keyword, "AUTH"u8) ? ReadMechanisms(line[(end + 1)..]) : SmtpCapabilities.None;
    }

    private static SmtpCapabilities ReadMechanisms(ReadOnlySpan<byte> mechanisms)
    {
        var offered = SmtpCapabilities.None;
        foreach (var range in mechanisms.SplitAny(" \t="u8))
        {
            if (Ascii.EqualsIgnoreCase(mechanisms[range], "PLAIN"u8))
                offered |= SmtpCapabilities.AuthPlain;
            if (Ascii.EqualsIgnoreCase(mechanisms[range], "LOGIN"u8))
                offered |= SmtpCapabilities.AuthLogin;
        }

        return offered;
    }
}

using System.Text;

namespace Notify.Providers.Smtp.Wire;

/// <summary>What a server offers of that which this client uses.</summary>
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

    private static SmtpCapabilities ReadLine(ReadOnlySpan<byte> line)
    {
        if (Ascii.EqualsIgnoreCase(line, "STARTTLS"u8))
            return SmtpCapabilities.StartTls;
        if (Ascii.EqualsIgnoreCase(line, "PIPELINING"u8))
            return SmtpCapabilities.Pipelining;
        if (Ascii.EqualsIgnoreCase(line, "SMTPUTF8"u8))
            return SmtpCapabilities.SmtpUtf8;

        // Before RFC 2554 it was written "AUTH=", and servers write both lines for clients that old.
        return line.Length > 5 && Ascii.EqualsIgnoreCase(line[..4], "AUTH"u8) && line[4] is (byte)' ' or (byte)'='
            ? ReadMechanisms(line[5..])
            : SmtpCapabilities.None;
    }

    private static SmtpCapabilities ReadMechanisms(ReadOnlySpan<byte> mechanisms)
    {
        var offered = SmtpCapabilities.None;
        foreach (var range in mechanisms.Split((byte)' '))
        {
            if (Ascii.EqualsIgnoreCase(mechanisms[range], "PLAIN"u8))
                offered |= SmtpCapabilities.AuthPlain;
            if (Ascii.EqualsIgnoreCase(mechanisms[range], "LOGIN"u8))
                offered |= SmtpCapabilities.AuthLogin;
        }

        return offered;
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Notify.Providers.Smtp.Mime;

/// <summary>
/// A mail address, held to characters that can end neither a command nor a header. Whether somebody lives there, the server
/// knows.
/// </summary>
internal sealed class Mailbox
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    // RFC 5321 section 4.1.2. Dots may stand anywhere: there are providers that gave out such addresses.
    private static readonly SearchValues<char> AtomCharacters = SearchValues.Create(Alphanumeric + "!#$%&'*+-/=?^_`{|}~.");

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(Alphanumeric + "-_");

    private Mailbox(string localPart, string domain, string address) =>
        (LocalPart, Domain, Address) = (localPart, domain, address);

    public string LocalPart { get; }

    /// <summary>The domain in ASCII, an international one in its A-label form (RFC 5890).</summary>
    public string Domain { get; }

    /// <summary>The whole as a mail transaction carries it.</summary>
    public string Address { get; }

    /// <summary>Whether it can only be written in UTF-8 (RFC 6531), which a domain never needs.</summary>
    public bool NeedsUtf8 => !Ascii.IsValid(LocalPart);

    public static bool TryParse(string text, [NotNullWhen(true)] out Mailbox? mailbox)
    {
        mailbox = null;
        var at = text.LastIndexOf('@');
        if (at < 1 || !IsLocalPart(text.AsSpan(0, at)) || AsciiDomainOf(text[(at + 1)..]) is not { } domain)
            return false;

        var localPart = text[..at];
        var isAscii = Ascii.IsValid(localPart);
        mailbox = new Mailbox(localPart, domain, isAscii && !Ascii.IsValid(text) ? $"{localPart}@{domain}" : text);
        return true;
    }

    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyExcept(AtomCharacters))
            return true;
        if (text[0] == '"')
            return IsQuoted(text);

        foreach (var rune in text.EnumerateRunes())
        {
            var fits = rune.IsAscii
                ? AtomCharacters.Contains((char)rune.Value)
                : rune != Rune.ReplacementChar && !Rune.IsControl(rune) && !Rune.IsWhiteSpace(rune);
            if (!fits)
                return false;
        }

        return true;
    }

    private static bool IsQuoted(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || text[^1] != '"' || text.ContainsAnyExceptInRange(' ', '~'))
            return false;

        var inside = text[1..^1];
        for (var i = 0; i < inside.Length; i++)
        {
            if (inside[i] == '"' || (inside[i] == '\\' && ++i == inside.Length))
                return false;
        }

        return true;
    }

    private static string? AsciiDomainOf(string text)
    {
        if (text is ['[', .., ']'])
            return IsAddressLiteral(text.AsSpan(1, text.Length - 2)) ? text : null;

        try
        {
            var domain = Ascii.IsValid(text) ? text : new IdnMapping().GetAscii(text);
            return IsHost(domain) ? domain : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsHost(string domain)
    {
        foreach (var range in domain.AsSpan().Split('.'))
        {
            var label = domain.AsSpan(range);
            if (label is { IsEmpty: true } or { Length: > 63 } || label.ContainsAnyExcept(HostCharacters))
                return false;
        }

        return true;
    }

    private static bool IsAddressLiteral(ReadOnlySpan<char> text) =>
        text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)
            ? IsAddress(text["IPv6:".Length..])
            : IsAddress(text) && text.Count('.') == 3;

    // Digits only: a scope, which IPAddress takes too, may hold any character.
    private static bool IsAddress(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept("0123456789abcdefABCDEF:.") && IPAddress.TryParse(text, out _);
}

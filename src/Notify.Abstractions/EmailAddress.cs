using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Notify;

/// <summary>
/// A syntactically valid email address. Registration, triggers and the mail providers all apply the same rule, which allows only
/// characters that cannot end a mail command or a header. Only the mail server can tell whether the address exists.
/// </summary>
/// <remarks>
/// The local part is a sequence of dot-separated atoms, a quoted string, or UTF-8 text (RFC 6531), which requires a mail server
/// with SMTPUTF8. Dots may stand anywhere in it, because carriers have issued addresses such as <c>a..b@example.org</c>. An
/// internationalized domain is sent in its A-label form (RFC 5890) and does not require SMTPUTF8. White space, invisible
/// characters and a dot at the end of the domain are rejected rather than removed, because otherwise the same address would be
/// stored in two spellings.
/// </remarks>
public sealed class EmailAddress
{
    /// <summary>
    /// The maximum length of an address in a mail transaction: RFC 5321 section 4.5.3.1.3, without the angle brackets.
    /// </summary>
    internal const int MaxLength = 254;

    /// <summary>The maximum length of a local part: RFC 5321 section 4.5.3.1.1.</summary>
    private const int MaxLocalPartLength = 64;

    /// <summary>The maximum length of a domain: RFC 5321 section 4.5.3.1.2.</summary>
    private const int MaxDomainLength = 255;

    private const int MaxLabelLength = 63;

    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    // The atoms of RFC 5321 section 4.1.2, but with dots in any position.
    private static readonly SearchValues<char> AtomCharacters = SearchValues.Create(Alphanumeric + "!#$%&'*+-/=?^_`{|}~.");

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(Alphanumeric + "-_");

    private EmailAddress(string localPart, string domain, string address) =>
        (LocalPart, Domain, Address) = (localPart, domain, address);

    /// <summary>Gets the part before the last at sign.</summary>
    public string LocalPart { get; }

    /// <summary>Gets the domain in ASCII. An internationalized domain is in its A-label form.</summary>
    public string Domain { get; }

    /// <summary>Gets the address in the form that is used in a mail transaction.</summary>
    public string Address { get; }

    /// <summary>
    /// Gets whether the address can be written only in UTF-8 (RFC 6531). An internationalized domain alone never requires this.
    /// </summary>
    public bool NeedsUtf8 => !Ascii.IsValid(LocalPart);

    /// <summary>Parses an email address.</summary>
    /// <param name="text">The address alone, without a display name or angle brackets.</param>
    /// <param name="address">The parsed address, or null if <paramref name="text"/> is not a valid email address.</param>
    /// <returns>
    /// <see langword="true"/> if <paramref name="text"/> is a valid email address; otherwise, <see langword="false"/>.
    /// </returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;
        var at = text?.LastIndexOf('@') ?? -1;
        if (at < 1 || !IsLocalPart(text.AsSpan(0, at)) || GetAsciiDomain(text![(at + 1)..]) is not { } domain)
            return false;

        var localPart = text[..at];
        var isAscii = Ascii.IsValid(localPart);
        var sent = isAscii && !Ascii.IsValid(text) ? $"{localPart}@{domain}" : text;
        if (
            Encoding.UTF8.GetByteCount(sent) > MaxLength
            || Encoding.UTF8.GetByteCount(localPart) > MaxLocalPartLength
            || domain.Length > MaxDomainLength
        )
            return false;
        address = new EmailAddress(localPart, domain, sent);
        return true;
    }

    /// <summary>Returns the name of the type; never the address.</summary>
    public override string ToString() => nameof(EmailAddress);

    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyExcept(AtomCharacters))
            return true;
        if (text[0] == '"')
            return IsQuoted(text);

        foreach (var rune in text.EnumerateRunes())
        {
            var fits = rune.IsAscii ? AtomCharacters.Contains((char)rune.Value) : IsVisible(rune);
            if (!fits)
                return false;
        }

        return true;
    }

    // Rune enumeration returns the replacement character for an unpaired surrogate.
    private static bool IsVisible(Rune rune) =>
        rune != Rune.ReplacementChar
        && Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
            );

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

    private static string? GetAsciiDomain(string text)
    {
        if (text is ['[', .., ']'])
            return IsAddressLiteral(text.AsSpan(1, text.Length - 2)) ? text : null;
        if (Ascii.IsValid(text))
            return IsHost(text) ? text : null;

        // IDN mapping removes invisible characters, so they must be rejected first. It also maps some wide characters to dots or
        // letters.
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsVisible(rune))
                return null;
        }

        try
        {
            var domain = new IdnMapping().GetAscii(text);
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
            if (
                label is { IsEmpty: true } or { Length: > MaxLabelLength } or ['-', ..] or [.., '-']
                || label.ContainsAnyExcept(HostCharacters)
            )
                return false;
        }

        return true;
    }

    private static bool IsAddressLiteral(ReadOnlySpan<char> text) =>
        text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase)
            ? IsIpAddress(text["IPv6:".Length..])
            : IsIpAddress(text) && text.Count('.') == 3;

    // The characters are restricted because IPAddress also accepts a scope ID, which may contain any character.
    private static bool IsIpAddress(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept("0123456789abcdefABCDEF:.") && IPAddress.TryParse(text, out _);
}

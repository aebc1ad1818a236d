using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Notify.Providers;

namespace Notify;

/// <summary>
/// An email address, by the one rule that registration, triggers and the mail providers share. It holds to characters that can
/// end neither a mail command nor a header. Whether it exists, only its mail server knows.
/// </summary>
/// <remarks>
/// The local part is dot-separated atoms, quoted text, or UTF-8 (RFC 6531), which asks the mail server for SMTPUTF8. Dots may
/// stand anywhere in it, because carriers gave out addresses such as <c>a..b@example.org</c>. An internationalized domain is sent
/// in its A-label form (RFC 5890) and needs no SMTPUTF8. White space, invisible characters and a dot at the end of the domain are
/// refused and not removed: the address would be kept under two spellings.
/// </remarks>
public sealed class EmailAddress
{
    /// <summary>
    /// The longest address that a mail transaction carries: RFC 5321 section 4.5.3.1.3 less its angle brackets.
    /// </summary>
    private const int MaxLength = 254;

    private const int MaxLabelLength = 63;

    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    // RFC 5321 section 4.1.2, with dots anywhere.
    private static readonly SearchValues<char> AtomCharacters = SearchValues.Create(Alphanumeric + "!#$%&'*+-/=?^_`{|}~.");

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(Alphanumeric + "-_");

    private EmailAddress(string localPart, string domain, string address) =>
        (LocalPart, Domain, Address) = (localPart, domain, address);

    /// <summary>Gets the part before the last at sign.</summary>
    public string LocalPart { get; }

    /// <summary>Gets the domain in ASCII, an internationalized one in its A-label form.</summary>
    public string Domain { get; }

    /// <summary>Gets the address as a mail transaction carries it.</summary>
    public string Address { get; }

    /// <summary>
    /// Gets whether the address can only be written in UTF-8 (RFC 6531), which an internationalized domain never needs.
    /// </summary>
    public bool NeedsUtf8 => !Ascii.IsValid(LocalPart);

    /// <summary>Parses an address.</summary>
    /// <param name="text">The address alone, without a name or angle brackets.</param>
    /// <param name="address">The address; null where the text is none.</param>
    /// <returns>Whether the text is an email address.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;
        var at = text?.LastIndexOf('@') ?? -1;
        if (at < 1 || !IsLocalPart(text.AsSpan(0, at)) || GetAsciiDomain(text![(at + 1)..]) is not { } domain)
            return false;

        var localPart = text[..at];
        var isAscii = Ascii.IsValid(localPart);
        var sent = isAscii && !Ascii.IsValid(text) ? $"{localPart}@{domain}" : text;
        if (Encoding.UTF8.GetByteCount(sent) > MaxLength)
            return false;
        address = new EmailAddress(localPart, domain, sent);
        return true;
    }

    /// <summary>Returns the name of the type, and never the address.</summary>
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

    // A half of a surrogate pair reads as the replacement character.
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

        // The mapping to ASCII drops what is invisible, and turns some of what is wide into a dot or a letter.
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

    // Digits only: a scope, which IPAddress takes too, may hold any character.
    private static bool IsIpAddress(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept("0123456789abcdefABCDEF:.") && IPAddress.TryParse(text, out _);
}

using System.Text;

namespace Notify.FakeGateways.Smtp;

/// <summary>
/// The argument of MAIL and RCPT: an address in angle brackets, followed by parameters (RFC 5321 section 4.1.2).
/// </summary>
internal sealed record SmtpPath(string Address, string[] Parameters)
{
    private const int MaxLength = 254;

    /// <returns>Null if it is not well-formed.</returns>
    public static SmtpPath? Parse(string argument, string keyword)
    {
        var end = argument.LastIndexOf('>');
        if (!argument.StartsWith(keyword + '<', StringComparison.OrdinalIgnoreCase) || end < 0)
            return null;

        var address = argument[(keyword.Length + 1)..end];
        var at = address.LastIndexOf('@');
        var isQuoted = address.StartsWith('"') && at > 1 && address[at - 1] == '"';
        var isWellFormed =
            at > 0
            && at < address.Length - 1
            && address.Length <= MaxLength
            && !address.Any(char.IsControl)
            && (isQuoted || !address.Any(c => c is ' ' or '<' or '>'));
        return isWellFormed || address.Length == 0
            ? new SmtpPath(address, argument[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }

    public bool Has(string parameter) => Parameters.Contains(parameter, StringComparer.OrdinalIgnoreCase);

    public string? Parameter(string name)
    {
        var prefix = name + '=';
        var found = Parameters.FirstOrDefault(parameter => parameter.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        return found?[prefix.Length..];
    }

    /// <summary>Returns the reply with which the address is refused, or null if it is accepted.</summary>
    public string? Refusal(bool isUtf8, bool offersUtf8)
    {
        if (isUtf8 && !offersUtf8)
            return "555 5.5.4 no SMTPUTF8 here";
        return !isUtf8 && !Ascii.IsValid(Address) ? "553 5.6.7 a non-ASCII address needs SMTPUTF8" : null;
    }
}

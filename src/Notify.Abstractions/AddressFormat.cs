using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// The address format of each channel, except for phone numbers, which the engine parses. Only the vendor can tell whether an
/// address exists.
/// </summary>
internal static class AddressFormat
{
    internal const int MaxLength = 4096;

    private const string NotEmail =
        "The address is not a valid email address. Use the form name@example.org, without spaces or a dot at the end.";

    public static string? FindError(Channel channel, string? address)
    {
        if (string.IsNullOrWhiteSpace(address))
            return "The address is empty.";
        if (address.Length > MaxLength)
            return $"The address is longer than {MaxLength} characters.";
        if (address.Any(char.IsControl))
            return "The address contains a control character.";

        if (channel == Channel.Email)
            return EmailAddress.TryParse(address, out _) ? null : NotEmail;
        if (channel == Channel.Webhook)
            return TryParseUrl(address, out _)
                ? null
                : "The address is not an absolute http or https URL without user information.";
        return null;
    }

    /// <summary>
    /// Returns the form in which addresses are compared. Email addresses are compared without regard to case: domains are
    /// case-insensitive, and although a local part may be case-sensitive, mail providers in use do not give two people addresses
    /// that differ only by case. Webhook URLs are compared as specified in RFC 3986, section 6.2: the case of the scheme and
    /// host, the default port, an empty path, dot segments and escaped letters make no difference. A fragment is never sent.
    /// </summary>
    public static string Normalize(Channel channel, string address)
    {
        if (channel == Channel.Email)
            return address.ToLowerInvariant();
        return channel == Channel.Webhook && TryParseUrl(address, out var url)
            ? $"{url.Scheme}://{url.IdnHost.ToLowerInvariant()}:{url.Port}{url.PathAndQuery}"
            : address;
    }

    // Uri removes white space around a URL, escapes it inside, and reads backslashes as slashes, but URLs are called as they are
    // given. Port 0 cannot be connected to.
    private static bool TryParseUrl(string address, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(address, UriKind.Absolute, out url)
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url.UserInfo.Length == 0
        && url.Port != 0
        && !address.Any(character => char.IsWhiteSpace(character) || character == '\\')
        && HasHost(url);

    // Uri validates an internationalized host name only when IdnHost is read.
    private static bool HasHost(Uri uri)
    {
        try
        {
            return uri.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}

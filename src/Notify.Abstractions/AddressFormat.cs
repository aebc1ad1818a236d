namespace Notify;

/// <summary>
/// The address format of each channel, except for phone numbers, which the engine parses. Only the vendor can tell whether an
/// address exists.
/// </summary>
internal static class AddressFormat
{
    private const int MaxLength = 4096;

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
            return IsUrl(address) ? null : "The address is not an absolute http or https URL without user information.";
        return null;
    }

    /// <summary>
    /// Returns the form in which addresses are compared. Email addresses are compared without regard to case: domains are
    /// case-insensitive, and although a local part may be case-sensitive, mail providers in use do not give two people addresses
    /// that differ only by case.
    /// </summary>
    public static string Normalize(Channel channel, string address) =>
        channel == Channel.Email ? address.ToLowerInvariant() : address;

    // Uri removes white space around a URL and reads backslashes as slashes, but URLs are called as they are given. Port 0 cannot
    // be connected to.
    private static bool IsUrl(string address) =>
        !char.IsWhiteSpace(address[0])
        && !char.IsWhiteSpace(address[^1])
        && !address.Contains('\\')
        && Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && uri.Port != 0
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.UserInfo.Length == 0
        && HasHost(uri);

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

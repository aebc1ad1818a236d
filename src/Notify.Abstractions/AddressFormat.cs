namespace Notify;

/// <summary>
/// The form that each channel asks of an address, except phone numbers (which the engine parses). Whether the address
/// exists, only the vendor knows.
/// </summary>
internal static class AddressFormat
{
    private const int MaxLength = 4096;

    private const string NotEmail =
        "This is not a valid email address. Write it as name@example.org, without spaces and without a dot at the end.";

    public static string? FindError(Channel channel, string? address)
    {
        if (string.IsNullOrWhiteSpace(address))
            return "The address is empty.";
        if (address.Length > MaxLength)
            return $"The address is longer than {MaxLength} characters.";
        if (address.Any(char.IsControl))
            return "The address has a control character.";

        if (channel == Channel.Email)
            return EmailAddress.TryParse(address, out _) ? null : NotEmail;
        if (channel == Channel.Webhook)
            return IsUrl(address) ? null : "This is no absolute http or https URL.";
        return null;
    }

    /// <summary>
    /// Returns the form by which addresses are compared. Email addresses are compared without regard to case: a domain has none,
    /// and although a local part could, no mail provider in use gives two people addresses that differ by it.
    /// </summary>
    public static string Normalize(Channel channel, string address) =>
        channel == Channel.Email ? address.ToLowerInvariant() : address;

    private static bool IsUrl(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.UserInfo.Length == 0
        && HasHost(uri);

    // A name that no international domain name encodes is found out only when it is asked for.
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

using System.Text.Json;

namespace Notify.Providers.Mail;

/// <summary>The rules of an email provider: the senders that its options allow, and attachments by URL.</summary>
public sealed class MailRules : IProviderRules
{
    private readonly EmailAddress? _from;
    private readonly string[] _allowed;
    private readonly bool _allowsHttp;

    /// <summary>Creates the rules.</summary>
    /// <param name="provider">The name of the provider.</param>
    /// <param name="from">The sender in the provider's options, which is always allowed.</param>
    /// <param name="allowedFrom">
    /// The other senders that are allowed: addresses, and domains in the form <c>@example.org</c>. A domain does not include its
    /// subdomains.
    /// </param>
    /// <param name="allowsHttp">Whether files may be attached by http URLs.</param>
    public MailRules(string provider, string from, IEnumerable<string> allowedFrom, bool allowsHttp)
    {
        ArgumentException.ThrowIfNullOrEmpty(provider);
        ArgumentNullException.ThrowIfNull(allowedFrom);
        Provider = provider;
        _allowed = [.. allowedFrom];
        _allowsHttp = allowsHttp;
        EmailAddress.TryParse(from, out _from);
    }

    /// <inheritdoc/>
    public string Provider { get; }

    /// <summary>Determines whether a text is an address or a domain in the form <c>@example.org</c>.</summary>
    /// <param name="text">The text.</param>
    public static bool IsSenderPattern(string? text) =>
        text is not null
        && (
            IsDomain(text) ? EmailAddress.TryParse($"x{text}", out _) : EmailAddress.TryParse(text, out var one) && !one.NeedsUtf8
        );

    /// <inheritdoc/>
    public string? FindAddressError(Address address) => null;

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) => [];

    /// <inheritdoc/>
    public string? FindSenderError(string sender)
    {
        if (!EmailAddress.TryParse(sender, out var address) || address.NeedsUtf8)
            return "The sender is not a valid email address.";
        if (IsSame(address, _from) || Array.Exists(_allowed, pattern => Allows(pattern, address)))
            return null;
        return $"The provider '{Provider}' allows only {string.Join(", ", _allowed.Prepend(_from?.Address))}.";
    }

    /// <inheritdoc/>
    public string? FindAttachmentUrlError(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
            return "The URL is not valid.";
        return parsed.Scheme == Uri.UriSchemeHttps || (_allowsHttp && parsed.Scheme == Uri.UriSchemeHttp)
            ? null
            : "Use an https URL.";
    }

    private static bool IsDomain(string pattern) => pattern is ['@', ..];

    private static bool Allows(string pattern, EmailAddress sender)
    {
        if (!IsDomain(pattern))
            return EmailAddress.TryParse(pattern, out var allowed) && IsSame(sender, allowed);
        return EmailAddress.TryParse($"x{pattern}", out var any)
            && string.Equals(any.Domain, sender.Domain, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsSame(EmailAddress one, EmailAddress? other) =>
        string.Equals(one.LocalPart, other?.LocalPart, StringComparison.OrdinalIgnoreCase)
        && string.Equals(one.Domain, other?.Domain, StringComparison.OrdinalIgnoreCase);
}

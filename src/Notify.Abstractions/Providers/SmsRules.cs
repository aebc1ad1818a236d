using System.Text.Json;
using System.Text.RegularExpressions;

namespace Notify.Providers;

/// <summary>
/// The rules of an SMS provider whose vendor limits the length of the body, and whose options limit the senders.
/// </summary>
public sealed partial class SmsRules : IProviderRules
{
    private readonly int _maxBodyLength;

    /// <summary>Creates the rules.</summary>
    /// <param name="provider">The name of the provider.</param>
    /// <param name="maxBodyLength">The maximum number of characters of a body.</param>
    public SmsRules(string provider, int maxBodyLength)
    {
        ArgumentException.ThrowIfNullOrEmpty(provider);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBodyLength);
        Provider = provider;
        _maxBodyLength = maxBodyLength;
    }

    /// <inheritdoc/>
    public string Provider { get; }

    /// <summary>
    /// Gets the senders that messages may name (<see cref="SmsContent.From"/>): numbers, short codes and sender IDs. Empty, the
    /// default, for none; null for any.
    /// </summary>
    public IReadOnlyList<string>? AllowedFrom { get; init; } = [];

    /// <summary>
    /// Determines whether a body has too many characters. A character outside the basic multilingual plane counts once.
    /// </summary>
    /// <param name="body">The body; null for none.</param>
    /// <param name="maxBodyLength">The maximum number of characters.</param>
    public static bool IsTooLong(string? body, int maxBodyLength) =>
        body?.Length > maxBodyLength && body.EnumerateRunes().Count() > maxBodyLength;

    /// <summary>
    /// Determines whether a text has the form of a sender: a number in E.164 form, a short code of 3 to 8 digits, or an
    /// alphanumeric sender ID, which has 1 to 11 characters and at least one letter (3GPP TS 23.040 section 9.1.2.5).
    /// </summary>
    /// <param name="text">The text.</param>
    public static bool IsSender(string? text) => text is not null && Sender().IsMatch(text);

    /// <inheritdoc/>
    public string? FindSenderError(string sender)
    {
        if (AllowedFrom is null || AllowedFrom.Contains(sender, StringComparer.Ordinal))
            return null;
        return AllowedFrom.Count == 0
            ? $"The provider '{Provider}' sends only from the sender in its options. Omit this field."
            : $"The provider '{Provider}' allows only {string.Join(", ", AllowedFrom)}.";
    }

    /// <inheritdoc/>
    public string? FindAddressError(Address address) => null;

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) => [];

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindContentErrors(Content content, Address? to)
    {
        ArgumentNullException.ThrowIfNull(content);
        return IsTooLong(content.Body, _maxBodyLength)
            ? [new FieldError("body", FieldErrorCodes.TooLong, $"Use at most {_maxBodyLength:N0} characters for an SMS.")]
            : [];
    }

    // Carriers accept the characters that all alphabets of GSM share. An ID without a letter would look like a number.
    [GeneratedRegex(@"^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +\-_&]{1,11})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sender();
}

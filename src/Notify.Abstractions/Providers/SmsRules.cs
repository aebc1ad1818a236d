using System.Text.Json;

namespace Notify.Providers;

/// <summary>The rules of an SMS provider whose vendor limits only the length of the body.</summary>
public sealed class SmsRules : IProviderRules
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
    /// Determines whether a body has too many characters. A character outside the basic multilingual plane counts once.
    /// </summary>
    /// <param name="body">The body; null for none.</param>
    /// <param name="maxBodyLength">The maximum number of characters.</param>
    public static bool IsTooLong(string? body, int maxBodyLength) =>
        body?.Length > maxBodyLength && body.EnumerateRunes().Count() > maxBodyLength;

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
}

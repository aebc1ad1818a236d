using System.Text.Json;

namespace Notify.Providers.Twilio;

/// <summary>Finds contents that Twilio would refuse.</summary>
/// <param name="provider">The name of the provider that sends through Twilio.</param>
public sealed class TwilioRules(string provider) : IProviderRules
{
    /// <summary>Twilio's error 21617.</summary>
    internal const int MaxBodyLength = 1_600;

    /// <inheritdoc/>
    public string Provider => provider;

    /// <inheritdoc/>
    public string? FindAddressError(Address address) => null;

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) => [];

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindContentErrors(Content content, Address? to)
    {
        ArgumentNullException.ThrowIfNull(content);
        return IsTooLong(content.Body) ? [new FieldError("body", $"Use at most {MaxBodyLength:N0} characters for an SMS.")] : [];
    }

    /// <summary>Returns whether a body has too many characters, of which one outside the basic plane counts once.</summary>
    internal static bool IsTooLong(string? body) => body?.Length > MaxBodyLength && body.EnumerateRunes().Count() > MaxBodyLength;
}

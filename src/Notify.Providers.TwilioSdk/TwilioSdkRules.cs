using System.Text.Json;

namespace Notify.Providers.TwilioSdk;

/// <summary>Finds what Twilio would refuse.</summary>
internal sealed class TwilioSdkRules(string provider) : IProviderRules
{
    /// <summary>Twilio's error 21617.</summary>
    public const int MaxBodyLength = 1_600;

    public string Provider => provider;

    public string? FindAddressError(Address address) => null;

    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) => [];

    public IEnumerable<FieldError> FindContentErrors(Content content, Address? to) =>
        IsTooLong(content.Body) ? [new FieldError("body", $"Use at most {MaxBodyLength:N0} characters for an SMS.")] : [];

    /// <summary>Whether a body has too many characters, of which one outside the basic plane counts once.</summary>
    public static bool IsTooLong(string? body) => body?.Length > MaxBodyLength && body.EnumerateRunes().Count() > MaxBodyLength;
}

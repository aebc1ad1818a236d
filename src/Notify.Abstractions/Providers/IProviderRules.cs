using System.Text.Json;

namespace Notify.Providers;

/// <summary>
/// Finds what a provider could never send, so that it is refused when it is registered or triggered and not at every attempt.
/// Registered as a service beside the provider, which applies the same rules.
/// </summary>
public interface IProviderRules
{
    /// <summary>Gets the provider's name.</summary>
    string Provider { get; }

    /// <summary>Finds why the provider could never send to an address; null when it may.</summary>
    /// <param name="address">The address. The error must not repeat it.</param>
    string? FindAddressError(Address address);

    /// <summary>Finds what is wrong with a content's override for the provider's vendor.</summary>
    /// <param name="overrides">The content's overrides by vendor.</param>
    /// <returns>
    /// Errors whose fields begin with the vendor's name, such as <c>fcm.android.ttl</c>; empty when there are none.
    /// </returns>
    IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides);

    /// <summary>Finds what the provider could never send of a content; empty, the default, when there is nothing.</summary>
    /// <param name="content">The content, as it is given or rendered.</param>
    /// <returns>Errors whose fields are relative to the content, such as <c>body</c>.</returns>
    IEnumerable<FieldError> FindContentErrors(Content content) => [];
}

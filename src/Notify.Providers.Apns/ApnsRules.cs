using System.Text.Json;

namespace Notify.Providers.Apns;

/// <summary>Finds addresses and overrides that APNs would refuse.</summary>
internal sealed class ApnsRules(string provider) : IProviderRules
{
    public string Provider => provider;

    public string? FindAddressError(Address address) =>
        ApnsRequest.IsDeviceToken(address.Value) ? null : "An APNs device token must contain only hexadecimal digits.";

    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) =>
        overrides.TryGetValue(ApnsOverrides.Name, out var own) && own.ValueKind == JsonValueKind.Object
            ? ApnsOverrides.FindErrors(own)
            : [];
}

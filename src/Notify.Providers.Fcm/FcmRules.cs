using System.Text.Json;

namespace Notify.Providers.Fcm;

/// <summary>Finds addresses and overrides that FCM would refuse.</summary>
internal sealed class FcmRules(string provider) : IProviderRules
{
    public string Provider => provider;

    public string? FindAddressError(Address address) =>
        FcmRecipient.IsDevice(address.Value) && address.Value.Any(char.IsWhiteSpace)
            ? "An FCM registration token must not contain white space."
            : null;

    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) =>
        overrides.TryGetValue(FcmOverrides.Name, out var own) && own.ValueKind == JsonValueKind.Object
            ? FcmOverrides.FindErrors(own)
            : [];
}

using System.Text.Json;

namespace Notify.Providers.Apns;

/// <summary>Finds addresses, overrides and content that APNs would refuse.</summary>
/// <param name="provider">The name of the provider that sends through APNs.</param>
public sealed class ApnsRules(string provider) : IProviderRules
{
    /// <inheritdoc/>
    public string Provider => provider;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> OverrideNames { get; } = [ApnsOverrides.Name];

    /// <inheritdoc/>
    public string? FindAddressError(Address address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return ApnsRequest.IsDeviceToken(address.Value) ? null : "An APNs device token must contain only hexadecimal digits.";
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        return overrides.TryGetValue(ApnsOverrides.Name, out var own) && own.ValueKind == JsonValueKind.Object
            ? ApnsOverrides.FindErrors(own)
            : [];
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindContentErrors(Content content, Address? to)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Data?.ContainsKey(ApnsPayload.Aps) == true)
            yield return new FieldError(
                $"data.{ApnsPayload.Aps}",
                FieldErrorCodes.NotAllowed,
                "Apple reserves this key. Use overrides.apns.payload.aps."
            );
        if (ApnsRequest.FindSizeError(content) is { } error)
            yield return error;
    }
}

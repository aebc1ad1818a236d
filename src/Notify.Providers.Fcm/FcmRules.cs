using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.Fcm;

/// <summary>Finds addresses, overrides and content that FCM would refuse.</summary>
/// <param name="provider">The name of the provider that sends through FCM.</param>
public sealed class FcmRules(string provider) : IProviderRules
{
    /// <inheritdoc/>
    public string Provider => provider;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> OverrideNames { get; } = [FcmOverrides.Name];

    /// <inheritdoc/>
    public string? FindAddressError(Address address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return FcmRecipient.IsDevice(address.Value) && address.Value.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? "An FCM registration token must contain only printable ASCII characters, without white space."
            : null;
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        return overrides.TryGetValue(FcmOverrides.Name, out var own) && own.ValueKind == JsonValueKind.Object
            ? FcmOverrides.FindErrors(own)
            : [];
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindContentErrors(Content content, Address? to)
    {
        ArgumentNullException.ThrowIfNull(content);
        foreach (var key in (content.Data ?? new Dictionary<string, string>()).Keys.Where(FcmData.IsReserved))
            yield return new FieldError($"data.{key}", FieldErrorCodes.NotAllowed, FcmData.Reserved);

        if (!PushSize.CertainlyFits(content, FcmSize.MaxBytes) && FcmSize.CountBytes(content) is > FcmSize.MaxBytes and var bytes)
            yield return PushSize.CreateError(content, FcmOverrides.Name, bytes, FcmSize.MaxBytes);
    }
}

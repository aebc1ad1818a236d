using System.Text.Json;
using Notify.Providers.Apns;

namespace Notify.Providers.DotApns;

/// <summary>Finds what APNs would refuse, and overrides of headers, which dotAPNS writes itself.</summary>
internal sealed class DotApnsRules(string provider) : IProviderRules
{
    private const string Vendor = "apns";

    private readonly ApnsRules _apns = new(provider);

    public string Provider => provider;

    public IReadOnlyCollection<string> OverrideNames => _apns.OverrideNames;

    public string? FindAddressError(Address address) => _apns.FindAddressError(address);

    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides)
    {
        foreach (var error in _apns.FindOverrideErrors(overrides))
            yield return error;

        if (
            overrides.TryGetValue(Vendor, out var own)
            && own.ValueKind == JsonValueKind.Object
            && own.TryGetProperty("headers", out _)
        )
            yield return new FieldError(
                $"{Vendor}.headers",
                FieldErrorCodes.NotAllowed,
                "Omit the headers. dotAPNS writes them."
            );
    }

    public IEnumerable<FieldError> FindContentErrors(Content content, Address? to) => _apns.FindContentErrors(content, to);
}

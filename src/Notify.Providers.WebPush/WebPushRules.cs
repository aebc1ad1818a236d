using System.Text.Json;
using Microsoft.Extensions.Options;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>Finds subscriptions to which nothing can be sent, and overrides that are too large.</summary>
internal sealed class WebPushRules(string provider, IOptionsMonitor<WebPushOptions> options) : IProviderRules
{
    private const string Vendor = "webpush";

    public string Provider => provider;

    public string? FindAddressError(Address address)
    {
        var subscription = PushSubscription.Parse(address.Value, options.Get(provider).AllowPrivateNetworks, out var error);
        if (subscription is not null && !MessageEncryption.IsOnCurve(subscription))
            error = WebPushOutcomes.NotOnCurve.Reason;
        return error is null ? null : $"Not a usable push subscription: {error}.";
    }

    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides)
    {
        var check = new OverrideCheck(Vendor);
        if (overrides.TryGetValue(Vendor, out var own) && own.ValueKind == JsonValueKind.Object)
            check.IsAtMost(own, MessageEncryption.MaxPlaintextLength);
        return check.Errors;
    }
}

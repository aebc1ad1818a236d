using System.Buffers;
using System.Text.Json;
using Notify.Providers.Http;

namespace Notify.Providers.WebPush;

/// <summary>Finds subscriptions to which nothing can be sent, and overrides and content that are too large.</summary>
/// <param name="provider">The name of the provider that sends through Web Push.</param>
/// <param name="allowHttp">Whether endpoints may be <c>http</c> URLs.</param>
public sealed class WebPushRules(string provider, bool allowHttp = false) : IProviderRules
{
    /// <inheritdoc/>
    public string Provider => provider;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> OverrideNames { get; } = [PushMessage.Vendor];

    /// <inheritdoc/>
    public string? FindAddressError(Address address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var subscription = PushSubscription.Parse(address.Value, allowHttp, out var error);
        if (subscription is not null && !MessageEncryption.IsOnCurve(subscription))
            error = WebPushOutcomes.NotOnCurve.Reason;
        return error is null ? null : $"Not a usable push subscription: {error}.";
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides)
    {
        ArgumentNullException.ThrowIfNull(overrides);
        var check = new OverrideCheck(PushMessage.Vendor);
        if (overrides.TryGetValue(PushMessage.Vendor, out var own) && own.ValueKind == JsonValueKind.Object)
            check.IsAtMost(own, MessageEncryption.MaxPlaintextLength);
        return check.Errors;
    }

    /// <inheritdoc/>
    public IEnumerable<FieldError> FindContentErrors(Content content, Address? to)
    {
        ArgumentNullException.ThrowIfNull(content);
        const int Max = MessageEncryption.MaxPlaintextLength;
        if (PushSize.CertainlyFits(content, Max))
            return [];

        // The collapse key is not known here, so the message may become a little larger.
        var message = new ArrayBufferWriter<byte>();
        PushMessage.Write(message, content, Guid.Empty, tag: null);
        return message.WrittenCount > Max ? [PushSize.CreateError(content, PushMessage.Vendor, message.WrittenCount, Max)] : [];
    }
}

using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Analytics;

/// <summary>Computes the cost of messages: what the vendor reports, or else the configured price.</summary>
internal sealed class MessagePrices(IOptionsMonitor<ProviderOptions> options)
{
    /// <summary>Gets the cost of a settled attempt; null if it is unknown or nothing was sent.</summary>
    public Cost? Find(Settlement settlement)
    {
        if (settlement.Attempt is not { } attempt)
            return null;
        if (attempt.Cost is { Amount: not null, Currency: not null } reported)
            return reported;
        if (
            settlement.State != DeliveryState.Sent
            || options.Get(attempt.Provider) is not { Price: { } price, Currency: { } currency }
        )
            return null;

        var messages = Math.Max(1, attempt.Cost?.Segments ?? 1);
        return new Cost(messages, price * messages, currency);
    }
}

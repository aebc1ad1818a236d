using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Notify.Queueing;

namespace Notify.Delivering;

/// <summary>Says which providers can send to an address, first choice first.</summary>
internal sealed class ProviderRouter(ProviderCatalog catalog, IOptionsMonitor<ChannelOptions> options)
{
    private readonly ConcurrentDictionary<(Channel Channel, Platform? Platform), IDeliveryProvider[]> _routes = new();

    /// <summary>Empty only when the application has no provider for the channel.</summary>
    public IReadOnlyList<IDeliveryProvider> RouteOf(Address address) =>
        _routes.GetOrAdd((address.Channel, address.Platform), route => Build(route.Channel, route.Platform));

    private IDeliveryProvider[] Build(Channel channel, Platform? platform)
    {
        var configured = options.Get(channel.Name);
        var names = platform is { } known && configured.PlatformProviders.TryGetValue(known, out var ofPlatform) ? ofPlatform : configured.Providers;
        return names.Count == 0 ? [.. catalog.Of(channel)] : [.. names.Select(catalog.Find).OfType<IDeliveryProvider>()];
    }
}

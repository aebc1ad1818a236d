using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>Finds the providers that can send to an address, first choice first.</summary>
internal sealed class ProviderRouter(
    ProviderCatalog catalog,
    IEnumerable<ProviderPlatforms> declared,
    ContentDemands demands,
    IOptionsMonitor<ChannelOptions> options
)
{
    private readonly ConcurrentDictionary<(Channel Channel, Platform? Platform), IDeliveryProvider[]> _routes = new();
    private readonly ConcurrentDictionary<string, IDeliveryProvider[]> _alternatives = new(StringComparer.Ordinal);
    private readonly IDeliveryProvider[] _testRoute = catalog.Test is { } test ? [test] : [];
    private readonly ILookup<string, Platform> _platforms = declared
        .SelectMany(provider => provider.Platforms, (provider, platform) => (provider.Provider, platform))
        .ToLookup(pair => pair.Provider, pair => pair.platform, StringComparer.Ordinal);

    /// <summary>
    /// Gets the route; empty only if the application has no provider for the channel or the platform of the token.
    /// </summary>
    public IReadOnlyList<IDeliveryProvider> GetRoute(Address address) =>
        _routes.GetOrAdd(
            (address.Channel, address.Platform),
            static (route, router) => router.CreateRoute(route.Channel, route.Platform),
            this
        );

    /// <summary>
    /// Gets the route of a delivery. A test delivery has only the test provider, however often it is retried or replayed, and
    /// none in a process without that provider. An event has only the provider of its subscription, whose secret the receiver
    /// knows.
    /// </summary>
    public IReadOnlyList<IDeliveryProvider> GetRoute(Delivery delivery) =>
        delivery.Provider == ITestDeliveryProvider.ReservedName ? _testRoute
        : delivery.Content.Event is not null ? (catalog.Find(delivery.Provider) is { } only ? [only] : [])
        : GetRoute(delivery.To, delivery.Content);

    /// <summary>Gets the route without the providers that do not send the content; see <see cref="ContentDemands"/>.</summary>
    public IReadOnlyList<IDeliveryProvider> GetRoute(Address address, Content content)
    {
        var route = GetRoute(address);
        return ContentDemands.Exist(address.Channel, content)
            ? [.. route.Where(provider => demands.Allow(provider, content))]
            : route;
    }

    /// <summary>
    /// Gets the other providers to which deliveries of a provider can move, for at least one of its platforms. A delivery whose
    /// content demands a certain provider may have fewer.
    /// </summary>
    public IReadOnlyList<IDeliveryProvider> GetAlternatives(string provider) =>
        _alternatives.GetOrAdd(provider, static (name, router) => router.FindAlternatives(name), this);

    private IDeliveryProvider[] FindAlternatives(string name)
    {
        if (catalog.Find(name) is not { } provider || provider == catalog.Test)
            return [];
        Platform?[] platforms = _platforms.Contains(name) ? [.. _platforms[name].Select(known => (Platform?)known)] : [null];
        return
        [
            .. platforms
                .SelectMany(platform => CreateRoute(provider.Channel, platform))
                .Where(other => other.Name != name)
                .Distinct(),
        ];
    }

    private IDeliveryProvider[] CreateRoute(Channel channel, Platform? platform)
    {
        var configured = options.Get(channel.Name);
        var names =
            platform is { } known && configured.PlatformProviders.TryGetValue(known.Name, out var platformProviders)
                ? platformProviders
                : configured.Providers;
        if (names.Count > 0)
            return [.. names.Select(catalog.Find).OfType<IDeliveryProvider>()];
        return platform is null
            ? [.. catalog.GetProviders(channel)]
            : SelectForPlatform(platform.Value, catalog.GetProviders(channel));
    }

    // A token of one push service means nothing to another, so the providers that declare the fewest platforms including this one
    // are chosen. A provider that declares none serves every platform, and is used only if no other declares this one.
    private IDeliveryProvider[] SelectForPlatform(Platform platform, IReadOnlyList<IDeliveryProvider> providers) =>
        providers
            .Where(provider => !_platforms.Contains(provider.Name) || _platforms[provider.Name].Contains(platform))
            .GroupBy(provider => _platforms.Contains(provider.Name) ? _platforms[provider.Name].Distinct().Count() : int.MaxValue)
            .MinBy(group => group.Key)
            ?.ToArray()
        ?? [];
}

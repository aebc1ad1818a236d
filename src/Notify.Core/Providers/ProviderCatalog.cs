using System.Collections.Frozen;
using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>The application's providers, by name and by channel in the order of their registration.</summary>
internal sealed class ProviderCatalog
{
    private readonly FrozenDictionary<string, IDeliveryProvider> _byName;
    private readonly FrozenDictionary<string, IDeliveryProvider[]> _byChannel;

    public ProviderCatalog(IEnumerable<IDeliveryProvider> providers)
    {
        All = [.. providers];
        Channels = [.. All.Select(provider => provider.Channel).Distinct()];
        _byName = All.ToFrozenDictionary(provider => provider.Name, StringComparer.Ordinal);
        _byChannel = All.GroupBy(provider => provider.Channel.Name)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    public IReadOnlyList<IDeliveryProvider> All { get; }

    public IReadOnlyList<Channel> Channels { get; }

    /// <summary>Determines whether any provider sends over a channel.</summary>
    public bool Serves(Channel channel) => _byChannel.ContainsKey(channel.Name);

    public IReadOnlyList<IDeliveryProvider> GetProviders(Channel channel) =>
        _byChannel.TryGetValue(channel.Name, out var providers) ? providers : [];

    public IDeliveryProvider? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Describes the error of a channel that no provider serves.</summary>
    public string DescribeUnserved(Channel channel) =>
        $"No provider sends over '{channel}'. This application has providers for "
        + $"{string.Join(", ", _byChannel.Keys.Order(StringComparer.Ordinal))}.";
}

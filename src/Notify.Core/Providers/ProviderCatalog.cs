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
        Test = All.OfType<ITestDeliveryProvider>().FirstOrDefault();
        // The test provider serves every channel of the others, and makes none available itself.
        IDeliveryProvider[] sending = [.. All.Where(provider => provider is not ITestDeliveryProvider)];
        Channels = [.. sending.Select(provider => provider.Channel).Distinct()];
        _byName = All.ToFrozenDictionary(provider => provider.Name, StringComparer.Ordinal);
        _byChannel = sending
            .GroupBy(provider => provider.Channel.Name)
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    public IReadOnlyList<IDeliveryProvider> All { get; }

    public IReadOnlyList<Channel> Channels { get; }

    /// <summary>Gets the provider of test notifications; null if the application has none.</summary>
    public IDeliveryProvider? Test { get; }

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

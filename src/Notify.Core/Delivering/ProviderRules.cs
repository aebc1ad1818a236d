using System.Text.Json;
using Notify.Queueing;
using Notify.Triggering;

namespace Notify.Delivering;

/// <summary>Applies the rules of all providers to what is registered and triggered.</summary>
internal sealed class ProviderRules(ProviderRouter router, IEnumerable<IProviderRules> rules)
{
    private readonly Dictionary<string, IProviderRules> _rules = rules.ToDictionary(
        rule => rule.Provider,
        StringComparer.Ordinal
    );

    /// <summary>Finds why an address can never be sent to; null when at least one of its providers may.</summary>
    public string? FindAddressError(Address address)
    {
        if (AddressFormat.ErrorOf(address.Channel, address.Value) is { } malformed)
            return malformed;

        string? first = null;
        foreach (var provider in router.RouteOf(address))
        {
            if (!_rules.TryGetValue(provider.Name, out var rule) || rule.FindAddressError(address) is not { } error)
                return null;
            first ??= error;
        }

        return first;
    }

    /// <summary>Finds what is wrong with the overrides.</summary>
    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) =>
        _rules.Count == 0 ? [] : _rules.Values.SelectMany(rule => rule.FindOverrideErrors(overrides)).Distinct();
}

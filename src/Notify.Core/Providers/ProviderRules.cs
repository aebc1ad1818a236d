using System.Text.Json;
using Notify.Core.Templates;
using Notify.Core.Validation;
using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>Applies the rules of all providers to what is registered and triggered.</summary>
internal sealed class ProviderRules(ProviderRouter router, PhoneNumberRules phones, IEnumerable<IProviderRules> rules)
{
    private readonly Dictionary<string, IProviderRules> _rules = rules.ToDictionary(
        rule => rule.Provider,
        StringComparer.Ordinal
    );

    /// <summary>Finds why an address can never be sent to; null when at least one of its providers may.</summary>
    public string? FindAddressError(Address address)
    {
        if (AddressFormat.FindError(address.Channel, address.Value) is { } malformed)
            return malformed;
        if (address.Channel == Channel.Sms && phones.FindError(address.Value) is { } noNumber)
            return noNumber;

        string? first = null;
        foreach (var provider in router.GetRoute(address))
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

    /// <summary>Finds why a content can never be sent over a channel; empty when at least one of its providers may.</summary>
    public IReadOnlyList<FieldError> FindContentErrors(Channel channel, Content content)
    {
        IReadOnlyList<FieldError> first = [];
        foreach (var provider in router.GetRoute(new Address(channel, "")))
        {
            if (!_rules.TryGetValue(provider.Name, out var rule))
                return [];

            FieldError[] errors = [.. rule.FindContentErrors(content)];
            if (errors.Length == 0)
                return [];
            if (first.Count == 0)
                first = errors;
        }

        return first;
    }
}

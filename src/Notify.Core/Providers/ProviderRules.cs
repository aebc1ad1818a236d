using System.Text.Json;
using Notify.Core.Validation;
using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>Applies the rules of all providers to addresses and content before they are accepted.</summary>
internal sealed class ProviderRules(
    ProviderRouter router,
    ContentDemands demands,
    PhoneNumberRules phones,
    IEnumerable<IProviderRules> rules
)
{
    private readonly Dictionary<string, IProviderRules> _rules = rules.ToDictionary(
        rule => rule.Provider,
        StringComparer.Ordinal
    );

    private readonly SortedSet<string> _overrideNames = new(rules.SelectMany(rule => rule.OverrideNames), StringComparer.Ordinal);

    /// <summary>Finds the reason why no provider can ever send to an address; null if at least one may.</summary>
    public string? FindAddressError(Address address)
    {
        if (AddressFormat.FindError(address.Channel, address.Value) is { } malformed)
            return malformed;
        if (address.Channel == Channel.Sms && phones.FindError(address.Value) is { } invalidNumber)
            return invalidNumber;

        string? first = null;
        foreach (var provider in router.GetRoute(address))
        {
            if (!_rules.TryGetValue(provider.Name, out var rule) || rule.FindAddressError(address) is not { } error)
                return null;
            first ??= error;
        }

        return first;
    }

    /// <summary>Finds the errors of vendor-specific overrides.</summary>
    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) =>
        overrides
            .Keys.Where(name => !_overrideNames.Contains(name))
            .Select(name => new FieldError(name, FieldErrorCodes.UnknownField, DescribeUnknownOverride()))
            .Concat(_rules.Values.SelectMany(rule => rule.FindOverrideErrors(overrides)).Distinct());

    /// <summary>Finds the reasons why no provider can ever send the content over a channel; empty if at least one may.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="content">The content.</param>
    /// <param name="to">The address; null if it is not known yet.</param>
    public IReadOnlyList<FieldError> FindContentErrors(Channel channel, Content content, Address? to)
    {
        IReadOnlyList<FieldError> first = [];
        foreach (var provider in router.GetRoute(to ?? new Address(channel, "")))
        {
            if (!_rules.TryGetValue(provider.Name, out var rule))
                return [];

            FieldError[] errors = [.. rule.FindContentErrors(content, to)];
            if (errors.Length == 0)
                return [];
            if (first.Count == 0)
                first = errors;
        }

        return first;
    }

    /// <summary>
    /// Finds why no provider of a channel sends a content with its sender and its attachments by URL; empty if at least one does.
    /// </summary>
    public IReadOnlyList<FieldError> FindDemandErrors(Channel channel, Content content)
    {
        if (!ContentDemands.Exist(channel, content))
            return [];

        List<FieldError> all = [];
        foreach (var provider in router.GetRoute(new Address(channel, "")))
        {
            var before = all.Count;
            all.AddRange(demands.FindErrors(provider, content));
            if (all.Count == before)
                return [];
        }

        return
        [
            .. all.GroupBy(error => (error.Field, error.Code))
                .Select(same => new FieldError(
                    same.Key.Field,
                    same.Key.Code,
                    string.Join(' ', same.Select(error => error.Message).Distinct())
                )),
        ];
    }

    private string DescribeUnknownOverride() =>
        _overrideNames.Count == 0
            ? "No provider of this application uses overrides. Omit this field."
            : $"No provider uses overrides with this name. Use {string.Join(", ", _overrideNames)}.";
}

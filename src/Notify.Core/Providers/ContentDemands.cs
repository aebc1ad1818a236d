using Notify.Providers;

namespace Notify.Core.Providers;

/// <summary>
/// Determines which providers send a content that names its sender or has attachments by URL. Unlike other contents, it is routed
/// only to the providers that declare that they can and may send it.
/// </summary>
internal sealed class ContentDemands(IEnumerable<IProviderRules> rules)
{
    private readonly Dictionary<string, IProviderRules> _rules = rules.ToDictionary(
        rule => rule.Provider,
        StringComparer.Ordinal
    );

    /// <summary>Determines whether a content limits the providers of a channel.</summary>
    public static bool Exist(Channel channel, Content content) =>
        channel == Channel.Email
            ? content.Email?.From is not null || content.Attachments?.Any(attachment => attachment?.Url is not null) == true
            : content.Sms?.From is not null && channel == Channel.Sms;

    /// <summary>Determines whether a provider sends a content.</summary>
    public bool Allow(IDeliveryProvider provider, Content content) => !FindErrors(provider, content).Any();

    /// <summary>Finds why a provider does not send a content.</summary>
    /// <returns>The errors, with fields relative to the content.</returns>
    public IEnumerable<FieldError> FindErrors(IDeliveryProvider provider, Content content)
    {
        var rule = _rules.GetValueOrDefault(provider.Name) ?? new NoRules(provider.Name);
        if (provider.Channel == Channel.Sms && content.Sms?.From is { } number && rule.FindSenderError(number) is { } refused)
            yield return new FieldError("sms.from", FieldErrorCodes.NotAllowed, refused);
        if (provider.Channel != Channel.Email)
            yield break;

        if (content.Email?.From is { } from && rule.FindSenderError(from.Address) is { } notAllowed)
            yield return new FieldError("email.from", FieldErrorCodes.NotAllowed, notAllowed);
        for (var i = 0; i < (content.Attachments?.Count ?? 0); i++)
        {
            if (content.Attachments![i].Url is { } url && rule.FindAttachmentUrlError(url) is { } notFetched)
                yield return new FieldError($"attachments[{i}].url", FieldErrorCodes.NotAllowed, notFetched);
        }
    }

    /// <summary>The defaults, for a provider without rules.</summary>
    private sealed class NoRules(string provider) : IProviderRules
    {
        public string Provider => provider;

        public string? FindAddressError(Address address) => null;

        public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, System.Text.Json.JsonElement> overrides) =>
            [];
    }
}

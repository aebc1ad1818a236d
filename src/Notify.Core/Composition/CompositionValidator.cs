using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Core.Validation;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Composition;

/// <summary>
/// Validates at start what the application put together: exactly one store, at least one provider, unique provider names, and
/// valid options. All errors are reported at once.
/// </summary>
internal sealed class CompositionValidator(RegisteredServices registered, IServiceProvider services)
    : IValidateOptions<NotificationsOptions>
{
    public ValidateOptionsResult Validate(string? name, NotificationsOptions options)
    {
        string[] failures =
        [
            .. GetRegionFailures(options),
            .. GetStoreFailures(),
            .. GetDecorationFailures(),
            .. GetProviderFailures(),
        ];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> GetRegionFailures(NotificationsOptions options) =>
        options.DefaultPhoneRegion is { } region && !PhoneNumberRules.IsRegion(region)
            ? [$"{nameof(options.DefaultPhoneRegion)} is not a region code. Use two capital letters, such as SE."]
            : [];

    private IEnumerable<string> GetStoreFailures()
    {
        var stores = registered.GetImplementations<IDeliveryQueue>();
        if (stores.Count == 0)
            yield return "Notifications need a store. "
                + "Add one: AddNotifications().UseSqlite(\"Data Source=notify.db\"), or UseInMemory() in tests.";
        if (stores.Count > 1)
            yield return $"Notifications use exactly one store, but {stores.Count} are registered: "
                + $"{string.Join(", ", stores)}. Keep one of them.";
    }

    private IEnumerable<string> GetDecorationFailures() =>
        registered
            .GetUndecorated()
            .Select(service =>
                $"{service.Name} is decorated but was added to the service collection directly, where decorations do not apply. "
                + $"Add it with AddNotifications().AddStoreService<{service.Name}>(...)."
            );

    private IEnumerable<string> GetProviderFailures()
    {
        IDeliveryProvider[] providers;
        try
        {
            providers = [.. services.GetServices<IDeliveryProvider>()];
        }
        catch (OptionsValidationException)
        {
            // The options of a provider are invalid. They report that themselves, and the provider's name is not known without
            // them.
            yield break;
        }

        if (providers.Length == 0)
            yield return "Notifications need a provider. "
                + "Add one: AddNotifications().AddSmtp(...), or AddSandbox() to see what would be sent.";
        foreach (
            var group in providers.GroupBy(provider => provider.Name, StringComparer.Ordinal).Where(group => group.Count() > 1)
        )
            yield return $"{group.Count()} providers are named '{group.Key}'. Give each a unique name.";
        foreach (var provider in providers.Where(provider => provider.Channel == Channel.None))
            yield return $"The provider '{provider.Name}' sends over '{Channel.None}', which means no channel. Set its channel.";
        foreach (var failure in providers.SelectMany(provider => GetFailures<ProviderOptions>(provider.Name)))
            yield return failure;
        foreach (var channel in providers.GroupBy(provider => provider.Channel))
        {
            string[] channelFailures = [.. GetFailures<ChannelOptions>(channel.Key.Name)];
            var routeFailures =
                channelFailures.Length > 0 ? [] : GetRouteFailures(channel.Key, [.. channel.Select(provider => provider.Name)]);
            foreach (var failure in GetFailures<RetryOptions>(channel.Key.Name).Concat(channelFailures).Concat(routeFailures))
                yield return failure;
        }
    }

    private IEnumerable<string> GetFailures<TOptions>(string name)
        where TOptions : class
    {
        try
        {
            services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures.Select(failure => $"{typeof(TOptions).Name} '{name}': {failure}");
        }
    }

    private IEnumerable<string> GetRouteFailures(Channel channel, HashSet<string> providers)
    {
        var options = services.GetRequiredService<IOptionsMonitor<ChannelOptions>>().Get(channel.Name);
        return options
            .Providers.Concat(options.PlatformProviders.Values.SelectMany(names => names))
            .Distinct()
            .Where(name => !providers.Contains(name))
            .Select(name =>
                $"{nameof(ChannelOptions)} '{channel}': the provider '{name}' does not exist or does not send over this channel."
            );
    }
}

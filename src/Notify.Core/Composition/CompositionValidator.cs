using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Core.Validation;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Composition;

/// <summary>
/// Checks at start that what the application put together can work: exactly one store, providers with names of their own, options
/// that hold.
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
            ? [$"{nameof(options.DefaultPhoneRegion)} is not the code of a region. Use two capital letters, such as SE."]
            : [];

    private IEnumerable<string> GetStoreFailures()
    {
        var stores = registered.GetImplementations<IDeliveryQueue>();
        if (stores.Count == 0)
            yield return "Notifications need a store. "
                + "Add one: AddNotifications().UseSqlite(\"Data Source=notify.db\"), or UseInMemory() in tests.";
        if (stores.Count > 1)
            yield return $"Notifications need one store and have {stores.Count}: {string.Join(", ", stores)}. Keep one of them.";
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
            // A provider whose own options are wrong says so itself; its name is not known before they are right.
            yield break;
        }

        if (providers.Length == 0)
            yield return "Notifications need a provider. "
                + "Add one: AddNotifications().AddSmtp(...), or AddSandbox() to see what would be sent.";
        foreach (
            var group in providers.GroupBy(provider => provider.Name, StringComparer.Ordinal).Where(group => group.Count() > 1)
        )
            yield return $"{group.Count()} providers are named '{group.Key}'. Give each a name of its own.";
        foreach (var failure in providers.SelectMany(provider => GetFailures<ProviderOptions>(provider.Name)))
            yield return failure;
        foreach (var channel in providers.GroupBy(provider => provider.Channel))
        {
            string[] ofChannel = [.. GetFailures<ChannelOptions>(channel.Key.Name)];
            var ofRoute =
                ofChannel.Length > 0 ? [] : GetRouteFailures(channel.Key, [.. channel.Select(provider => provider.Name)]);
            foreach (var failure in GetFailures<RetryOptions>(channel.Key.Name).Concat(ofChannel).Concat(ofRoute))
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
            .Select(name => $"{nameof(ChannelOptions)} '{channel}': there is no provider '{name}' that sends over this channel.");
    }
}

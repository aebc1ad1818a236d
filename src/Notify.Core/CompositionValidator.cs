using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Delivering;
using Notify.Queueing;

namespace Notify;

/// <summary>
/// Checks at start that what the application put together can work: exactly one store, providers with names of their own, options
/// that hold.
/// </summary>
internal sealed class CompositionValidator(Composition composition, IServiceProvider services)
    : IValidateOptions<NotificationsOptions>
{
    public ValidateOptionsResult Validate(string? name, NotificationsOptions options)
    {
        string[] failures = [.. StoreFailures(), .. ProviderFailures()];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> StoreFailures()
    {
        var stores = composition.ImplementationsOf<IDeliveryQueue>();
        if (stores.Count == 0)
            yield return "Notifications need a store. "
                + "Add one: AddNotifications().UseSqlite(\"Data Source=notify.db\"), or UseInMemory() in tests.";
        if (stores.Count > 1)
            yield return $"Notifications need one store and have {stores.Count}: {string.Join(", ", stores)}. Keep one of them.";
    }

    private IEnumerable<string> ProviderFailures()
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
        foreach (var failure in providers.SelectMany(provider => FailuresOf<ProviderOptions>(provider.Name)))
            yield return failure;
        foreach (var channel in providers.GroupBy(provider => provider.Channel))
        {
            string[] ofChannel = [.. FailuresOf<ChannelOptions>(channel.Key.Name)];
            var ofRoute = ofChannel.Length > 0 ? [] : RouteFailures(channel.Key, [.. channel.Select(provider => provider.Name)]);
            foreach (var failure in FailuresOf<RetryOptions>(channel.Key.Name).Concat(ofChannel).Concat(ofRoute))
                yield return failure;
        }
    }

    private IEnumerable<string> FailuresOf<TOptions>(string name)
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

    private IEnumerable<string> RouteFailures(Channel channel, HashSet<string> providers)
    {
        var options = services.GetRequiredService<IOptionsMonitor<ChannelOptions>>().Get(channel.Name);
        return options
            .Providers.Concat(options.PlatformProviders.Values.SelectMany(names => names))
            .Distinct()
            .Where(name => !providers.Contains(name))
            .Select(name => $"{nameof(ChannelOptions)} '{channel}': there is no provider '{name}' that sends over this channel.");
    }
}

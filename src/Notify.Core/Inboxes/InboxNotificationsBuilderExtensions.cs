using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Core.Inboxes;
using Notify.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the inbox.</summary>
public static class InboxNotificationsBuilderExtensions
{
    private const string Name = "inbox";

    /// <summary>
    /// Adds the channel <see cref="Channel.Inbox"/>: messages appear in the application itself, which reads them with
    /// <see cref="IInboxes"/> or shows them with the web component that <c>MapNotifications()</c> serves. They are kept in the
    /// store of notifications, so no vendor and no device is needed. Safe to call twice.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Configures the options.</param>
    /// <returns>A builder that configures the provider, whose name is <c>inbox</c>.</returns>
    public static INotificationProviderBuilder AddInbox(
        this INotificationsBuilder builder,
        Action<InboxOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<InboxOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (configure is not null)
            services.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(InboxWriter)))
            return new ProviderBuilder(services);

        services.AddSingleton<IValidateOptions<InboxOptions>, InboxStoreValidator>();
        services.AddSingleton<InboxEvents>();
        services.AddSingleton<InboxSignals>();
        services.AddSingleton<InboxWriter>();
        services.TryAddSingleton<IInboxes, InboxDirectory>();
        services.TryAddSingleton<IInboxTokens, InboxTokens>();
        return builder.AddProvider<InboxProvider>(Name);
    }

    private sealed class ProviderBuilder(IServiceCollection services) : INotificationProviderBuilder
    {
        public IServiceCollection Services => services;

        public string Name => InboxNotificationsBuilderExtensions.Name;
    }

    /// <summary>Fails the start of an application whose store has no inboxes.</summary>
    private sealed class InboxStoreValidator(IServiceProviderIsService services) : IValidateOptions<InboxOptions>
    {
        public ValidateOptionsResult Validate(string? name, InboxOptions options) =>
            services.IsService(typeof(IInboxStore))
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(
                    "AddInbox() requires a store with inboxes. The store of this application does not implement IInboxStore."
                );
    }
}

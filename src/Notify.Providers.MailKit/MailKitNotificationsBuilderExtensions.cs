using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Mail;
using Notify.Providers.MailKit;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds email through MailKit.</summary>
public static class MailKitNotificationsBuilderExtensions
{
    /// <summary>Sends email through a mail server by MailKit, as the provider <c>mailkit</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Names the server and the sender. What is missing or wrong is said at start.</param>
    public static INotificationProviderBuilder AddMailKit(this INotificationsBuilder builder, Action<MailKitOptions> configure) =>
        builder.AddMailKit("mailkit", configure);

    /// <summary>Sends email through a mail server by MailKit, as a provider with a name of its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    /// <param name="configure">Names the server and the sender. What is missing or wrong is said at start.</param>
    public static INotificationProviderBuilder AddMailKit(
        this INotificationsBuilder builder,
        string name,
        Action<MailKitOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<MailKitOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<MailKitOptions>, MailKitOptionsValidator>()
        );
        builder
            .Services.AddOptions<ProviderOptions>(name)
            .PostConfigure<IOptionsMonitor<MailKitOptions>>(
                (provider, mail) => provider.MaxConcurrency ??= mail.Get(name).MaxConnections
            );
        return builder.AddProvider(name, services => Create(services, name));
    }

    private static MailKitProvider Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<MailKitOptions>>().Get(name);
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<MailKitProvider>>();
        return new MailKitProvider(
            name,
            new MessageComposer(options, services.GetRequiredService<IUnsubscribeLinks>(), time),
            new ConnectionPool<MailConnection>(
                options.MaxConnections,
                options.IdleTimeout,
                time,
                new MailConnector(options).OpenAsync,
                failure => Log.ConnectionNotClosed(logger, name, failure.GetType().Name)
            ),
            options.AcceptanceTimeout,
            logger
        );
    }
}

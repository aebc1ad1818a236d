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
    /// <summary>Adds a provider with the name <c>mailkit</c> that sends email with MailKit.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the server and the sender. The application does not start with invalid options.</param>
    public static INotificationProviderBuilder AddMailKit(this INotificationsBuilder builder, Action<MailKitOptions> configure) =>
        builder.AddMailKit("mailkit", configure);

    /// <summary>Adds a provider with a given name that sends email with MailKit.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, in lower case. It must be unique in the application.</param>
    /// <param name="configure">Sets the server and the sender. The application does not start with invalid options.</param>
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
        builder.AddAttachmentFetcher();
        builder.Services.AddSingleton<IProviderRules>(services => CreateRules(services, name));
        return builder.AddProvider(name, services => Create(services, name));
    }

    private static MailKitProvider Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<MailKitOptions>>().Get(name);
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<MailKitProvider>>();
        var connector = new MailConnector(options);
        return new MailKitProvider(
            name,
            new MessageComposer(
                options,
                CreateRules(services, name),
                services.GetRequiredService<IUnsubscribeLinks>(),
                services.FindVendorHeaders(name),
                time
            ),
            services.GetRequiredService<AttachmentFetcher>(),
            connector,
            new ConnectionPool<MailConnection>(options.MaxConnections, options.IdleTimeout, time, connector.OpenAsync, failure =>
                Log.ConnectionNotClosed(logger, name, failure.GetType().Name)
            ),
            options.AcceptanceTimeout,
            logger
        );
    }

    private static MailRules CreateRules(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<MailKitOptions>>().Get(name);
        var attachments = services.GetRequiredService<IOptions<AttachmentUrlOptions>>().Value;
        return new MailRules(name, options.From, options.AllowedFrom, attachments.AllowHttp);
    }
}

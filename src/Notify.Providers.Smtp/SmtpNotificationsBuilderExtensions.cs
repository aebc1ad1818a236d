using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Mail;
using Notify.Providers.Smtp;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds email over SMTP. With <c>AddUnsubscribeLinks()</c>, email to users has the headers for one-click unsubscription (RFC
/// 8058). Mail programs trust them only if the mail server signs them with DKIM.
/// </summary>
public static class SmtpNotificationsBuilderExtensions
{
    /// <summary>Adds a provider with the name <c>smtp</c> that sends email through a mail server.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets the server and the sender. The application does not start with invalid options.</param>
    public static INotificationProviderBuilder AddSmtp(this INotificationsBuilder builder, Action<SmtpOptions> configure) =>
        builder.AddSmtp("smtp", configure);

    /// <summary>Adds a provider with a given name that sends email through a mail server.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, in lower case. It must be unique in the application.</param>
    /// <param name="configure">Sets the server and the sender. The application does not start with invalid options.</param>
    public static INotificationProviderBuilder AddSmtp(
        this INotificationsBuilder builder,
        string name,
        Action<SmtpOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<SmtpOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SmtpOptions>, SmtpOptionsValidator>());
        builder
            .Services.AddOptions<ProviderOptions>(name)
            .PostConfigure<IOptionsMonitor<SmtpOptions>>(
                (provider, smtp) => provider.MaxConcurrency ??= smtp.Get(name).MaxConnections
            );
        builder.AddAttachmentFetcher();
        builder.Services.AddSingleton<IProviderRules>(services => CreateRules(services, name));
        return builder.AddProvider(name, services => new SmtpProvider(
            name,
            services.GetRequiredService<IOptionsMonitor<SmtpOptions>>().Get(name),
            CreateRules(services, name),
            services.GetRequiredService<AttachmentFetcher>(),
            services.GetRequiredService<IUnsubscribeLinks>(),
            services.FindVendorHeaders(name),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<SmtpProvider>>()
        ));
    }

    private static MailRules CreateRules(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<SmtpOptions>>().Get(name);
        var attachments = services.GetRequiredService<IOptions<AttachmentUrlOptions>>().Value;
        return new MailRules(name, options.From, options.AllowedFrom, attachments.AllowHttp);
    }
}

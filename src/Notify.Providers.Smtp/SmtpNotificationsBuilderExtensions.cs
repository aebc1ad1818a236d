using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Smtp;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds email over SMTP. With <c>AddUnsubscribeLinks()</c>, email to users carries the headers of a one-click unsubscription
/// (RFC 8058); mail programs trust them where the mail server signs them by DKIM.
/// </summary>
public static class SmtpNotificationsBuilderExtensions
{
    /// <summary>Sends email through a mail server, as the provider <c>smtp</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Names the server and the sender. What is missing or wrong is said at start.</param>
    public static INotificationProviderBuilder AddSmtp(this INotificationsBuilder builder, Action<SmtpOptions> configure) =>
        builder.AddSmtp("smtp", configure);

    /// <summary>Sends email through a mail server, as a provider with a name of its own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    /// <param name="configure">Names the server and the sender. What is missing or wrong is said at start.</param>
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
        return builder.AddProvider(name, services => new SmtpProvider(
            name,
            services.GetRequiredService<IOptionsMonitor<SmtpOptions>>().Get(name),
            services.GetRequiredService<IUnsubscribeLinks>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<SmtpProvider>>()
        ));
    }
}

using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Http;
using Notify.Providers.Mail.Callbacks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Extension methods that record the events of a mail vendor as receipts. The vendor posts them to the endpoint
/// <c>/v1/callbacks/</c> followed by the name of the provider.
/// </summary>
public static class MailCallbacksNotificationsBuilderExtensions
{
    /// <summary>Records the events of Amazon SES, which Amazon SNS posts, for an email provider that sends through SES.</summary>
    /// <param name="builder">The builder of the email provider.</param>
    /// <param name="configure">Sets the topics and the key.</param>
    /// <exception cref="InvalidOperationException">The provider has a callback already.</exception>
    public static INotificationProviderBuilder AddSesCallback(
        this INotificationProviderBuilder builder,
        Action<SesCallbackOptions> configure
    )
    {
        Add(builder, configure, (services, name, options) =>
            new SesCallback(
                name,
                options,
                services.GetRequiredKeyedService<SnsClient>(name),
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<SesCallback>>()
            )
        );
        var client = $"{builder.Name}-sns";
        builder.Services.AddProviderHttpClient(client, (_, handler) => handler.AllowPublicInternetOnly());
        builder.Services.AddKeyedSingleton(builder.Name, (services, _) =>
        {
            var options = GetOptions<SesCallbackOptions>(services, builder.Name);
            return new SnsClient(
                services.CreateProviderHttpClient(client),
                FindHosts(options),
                services.GetRequiredService<TimeProvider>()
            );
        });
        return builder;
    }

    /// <summary>
    /// Records the events of SendGrid's signed Event Webhook, for an email provider that sends through SendGrid.
    /// </summary>
    /// <param name="builder">The builder of the email provider.</param>
    /// <param name="configure">Sets the verification keys and the key.</param>
    /// <exception cref="InvalidOperationException">The provider has a callback already.</exception>
    public static INotificationProviderBuilder AddSendGridCallback(
        this INotificationProviderBuilder builder,
        Action<SendGridCallbackOptions> configure
    ) =>
        Add(builder, configure, (services, name, options) =>
            new SendGridCallback(
                name,
                options,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<SendGridCallback>>()
            )
        );

    /// <summary>Records the events of Postmark's webhooks for an email provider that sends through Postmark.</summary>
    /// <param name="builder">The builder of the email provider.</param>
    /// <param name="configure">Sets the credentials of the webhook and the key.</param>
    /// <exception cref="InvalidOperationException">The provider has a callback already.</exception>
    public static INotificationProviderBuilder AddPostmarkCallback(
        this INotificationProviderBuilder builder,
        Action<PostmarkCallbackOptions> configure
    ) =>
        Add(builder, configure, (services, name, options) =>
            new PostmarkCallback(
                name,
                options,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<PostmarkCallback>>()
            )
        );

    /// <summary>Finds the headers of the vendor of an email provider; null if it has no callback.</summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="provider">The name of the provider.</param>
    public static IVendorHeaders? FindVendorHeaders(this IServiceProvider services, string provider) =>
        services.GetServices<IVendorHeaders>().FirstOrDefault(headers => headers.Provider == provider);

    private static INotificationProviderBuilder Add<TOptions, TCallback>(
        INotificationProviderBuilder builder,
        Action<TOptions> configure,
        Func<IServiceProvider, string, TOptions, TCallback> create
    )
        where TOptions : MailCallbackOptions
        where TCallback : class, IReceiptCallback, IVendorHeaders
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var (services, name) = (builder.Services, builder.Name);
        if (services.Any(service => service.ServiceType == typeof(CallbackAdded) && Equals(service.ServiceKey, name)))
            throw new InvalidOperationException($"The provider '{name}' has a callback already.");

        services.AddKeyedSingleton(name, new CallbackAdded());
        services.AddOptions<TOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SesCallbackOptions>, MailCallbackOptionsValidator>()
        );
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SendGridCallbackOptions>, MailCallbackOptionsValidator>()
        );
        services.AddKeyedSingleton(name, (provided, _) => create(provided, name, GetOptions<TOptions>(provided, name)));
        services.AddSingleton<IReceiptCallback>(provided => provided.GetRequiredKeyedService<TCallback>(name));
        services.AddSingleton<IVendorHeaders>(provided => provided.GetRequiredKeyedService<TCallback>(name));
        return builder;
    }

    private static TOptions GetOptions<TOptions>(IServiceProvider services, string name)
        where TOptions : class => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);

    private static IEnumerable<string> FindHosts(SesCallbackOptions options)
    {
        if (options.Hosts.Count > 0)
            return options.Hosts;

        return options.TopicArns.Select(arn => SnsTopic.TryParse(arn, out var topic) ? topic.Host : "");
    }

    private sealed class CallbackAdded;
}

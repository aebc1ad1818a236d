using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Http;
using Notify.Providers.Webhook;
using Notify.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds webhooks.</summary>
public static class WebhookNotificationsBuilderExtensions
{
    /// <summary>
    /// The rest of an answer up to this size is read, so that its connection can be used again. With more, the connection is
    /// closed.
    /// </summary>
    private const int MaxDrainedBytes = 16 * 1024;

    /// <summary>
    /// Adds the provider <c>webhook</c>, which posts JSON signed by the Standard Webhooks specification. Each endpoint has its
    /// own secret: see <see cref="IEndpointSecrets"/>.
    /// </summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Sets the options; <see cref="WebhookOptions.Secret"/> is required.</param>
    public static INotificationProviderBuilder AddWebhook(this INotificationsBuilder builder, Action<WebhookOptions> configure) =>
        builder.AddWebhook("webhook", configure);

    /// <summary>Adds a webhook provider with a name. An application may have several.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    /// <param name="configure">Sets the options; <see cref="WebhookOptions.Secret"/> is required.</param>
    public static INotificationProviderBuilder AddWebhook(
        this INotificationsBuilder builder,
        string name,
        Action<WebhookOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<WebhookOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.PostConfigure<ProviderOptions>(name, provider => provider.ShareSlotsAmongTenants ??= true);
        builder.Services.AddProviderHttpClient(name, (services, handler) => Configure(handler, GetOptions(services, name)));
        builder.Services.AddKeyedSingleton(name, (services, _) => CreateSecrets(services, name));
        builder.Services.AddSingleton<IEndpointSecrets>(services => services.GetRequiredKeyedService<EndpointSecrets>(name));
        return builder.AddProvider(name, services => new WebhookProvider(
            name,
            services.CreateProviderHttpClient(name),
            services.GetRequiredKeyedService<EndpointSecrets>(name),
            GetOptions(services, name),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<WebhookProvider>>()
        ));
    }

    private static void Configure(SocketsHttpHandler handler, WebhookOptions options)
    {
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.MaxResponseDrainSize = MaxDrainedBytes;
        if (!options.AllowPrivateNetworks)
            handler.AllowPublicInternetOnly();
    }

    private static EndpointSecrets CreateSecrets(IServiceProvider services, string name)
    {
        var time = services.GetRequiredService<TimeProvider>();
        return new EndpointSecrets(
            name,
            GetOptions(services, name),
            new EndpointRotations(name, services.GetService<ISharedTokenStore>(), time),
            time,
            services.GetRequiredService<ILogger<WebhookProvider>>()
        );
    }

    private static WebhookOptions GetOptions(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<WebhookOptions>>().Get(name);
}

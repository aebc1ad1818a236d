using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Delivering;
using Notify.Providers.Http;
using Notify.Providers.Webhook;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds webhooks.</summary>
public static class WebhookNotificationsBuilderExtensions
{
    /// <summary>A body up to this size is read over, so that its connection can be used again; a longer one is cut off.</summary>
    private const int MaxDrainedBytes = 16 * 1024;

    /// <summary>Adds the provider <c>webhook</c>, which posts JSON signed by the Standard Webhooks specification.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Sets the options; <see cref="WebhookOptions.Secret"/> is required.</param>
    public static INotificationsBuilder AddWebhook(this INotificationsBuilder builder, Action<WebhookOptions> configure) =>
        builder.AddWebhook("webhook", configure);

    /// <summary>Adds a webhook provider by a name of its own.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">Sets the options; <see cref="WebhookOptions.Secret"/> is required.</param>
    public static INotificationsBuilder AddWebhook(
        this INotificationsBuilder builder,
        string name,
        Action<WebhookOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<WebhookOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddProviderHttpClient(name, (services, handler) => Configure(handler, OptionsOf(services, name)));
        builder.Services.AddSingleton<IDeliveryProvider>(services => new WebhookProvider(
            name,
            services.CreateProviderHttpClient(name),
            new WebhookSigner(OptionsOf(services, name)),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<WebhookProvider>>()
        ));
        return builder;
    }

    private static void Configure(SocketsHttpHandler handler, WebhookOptions options)
    {
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.MaxResponseDrainSize = MaxDrainedBytes;
        if (!options.AllowPrivateNetworks)
            handler.AllowPublicInternetOnly();
    }

    private static WebhookOptions OptionsOf(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<WebhookOptions>>().Get(name);
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Delivering;
using Notify.Providers.Webhook;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds webhooks.</summary>
public static class WebhookNotificationsBuilderExtensions
{
    /// <summary>Adds the provider <c>webhook</c>, which posts JSON signed by the Standard Webhooks specification.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Sets the options; <see cref="WebhookOptions.Secret"/> is required.</param>
    public static INotificationsBuilder AddWebhook(this INotificationsBuilder builder, Action<WebhookOptions> configure) =>
        builder.AddWebhook("webhook", configure);

    /// <summary>Adds a webhook provider by a name of its own.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">Sets the options; <see cref="WebhookOptions.Secret"/> is required.</param>
    public static INotificationsBuilder AddWebhook(this INotificationsBuilder builder, string name, Action<WebhookOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<WebhookOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        AddClient(builder.Services, name);
        builder.Services.AddSingleton<IDeliveryProvider>(services => new WebhookProvider(
            name,
            services.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName(name)),
            new WebhookSigner(OptionsOf(services, name)),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<WebhookProvider>>()));
        return builder;
    }

    // The factory's own loggers would write the URL. The engine's attempt timeout is the only one after the connection stands, and
    // the provider keeps its client, whose handler renews the connections itself.
    private static void AddClient(IServiceCollection services, string name) =>
        services.AddHttpClient(ClientName(name))
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => WebhookConnections.CreateHandler(OptionsOf(provider, name)))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();

    private static string ClientName(string name) => $"Notify.Webhook.{name}";

    private static WebhookOptions OptionsOf(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<WebhookOptions>>().Get(name);
}

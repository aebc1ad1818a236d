using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Http;
using Notify.Providers.WebPush;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add providers for Web Push.</summary>
public static class WebPushNotificationsBuilderExtensions
{
    /// <summary>
    /// The size up to which the rest of an unread body is drained, so that its connection can be reused. The connection of a
    /// larger body is closed.
    /// </summary>
    private const int MaxDrainedBytes = 16 * 1024;

    /// <summary>
    /// Adds the provider <c>webpush</c>, which sends to browsers (RFC 8030, RFC 8291 and RFC 8292). A device's token is the
    /// result of <c>JSON.stringify(subscription)</c> in the browser. The package's README documents what the service worker
    /// receives.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options. The subject and keys are required.</param>
    public static INotificationProviderBuilder AddWebPush(this INotificationsBuilder builder, Action<WebPushOptions> configure) =>
        builder.AddWebPush("webpush", configure);

    /// <summary>Adds a Web Push provider under the given name.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The provider's name. It must be unique.</param>
    /// <param name="configure">Sets the options. The subject and keys are required.</param>
    public static INotificationProviderBuilder AddWebPush(
        this INotificationsBuilder builder,
        string name,
        Action<WebPushOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<WebPushOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<WebPushOptions>, WebPushOptionsValidator>()
        );
        builder.Services.PostConfigure<ProviderOptions>(name, provider => provider.ShareSlotsAmongTenants ??= true);
        builder.Services.AddProviderHttpClient(name, (services, handler) => Configure(handler, GetOptions(services, name)));
        builder.Services.AddSingleton(new ProviderPlatforms(name, Platform.Web));
        builder.Services.AddSingleton<IProviderRules>(services => new WebPushRules(
            name,
            GetOptions(services, name).AllowPrivateNetworks
        ));
        return builder.AddProvider(name, services => new WebPushProvider(
            name,
            services.CreateProviderHttpClient(name),
            GetOptions(services, name),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<WebPushProvider>>()
        ));
    }

    private static void Configure(SocketsHttpHandler handler, WebPushOptions options)
    {
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.MaxResponseDrainSize = MaxDrainedBytes;
        if (!options.AllowPrivateNetworks)
            handler.AllowPublicInternetOnly();
    }

    private static WebPushOptions GetOptions(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<WebPushOptions>>().Get(name);
}

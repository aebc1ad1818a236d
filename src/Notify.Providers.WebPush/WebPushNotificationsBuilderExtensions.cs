using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Delivering;
using Notify.Providers.Http;
using Notify.Providers.WebPush;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Web Push.</summary>
public static class WebPushNotificationsBuilderExtensions
{
    /// <summary>A body up to this size is read over, so that its connection can be used again; a longer one is cut off.</summary>
    private const int MaxDrainedBytes = 16 * 1024;

    /// <summary>
    /// Adds the provider <c>webpush</c>, which pushes to browsers (RFC 8030, 8291, 8292). A device's token is what the browser's
    /// <c>JSON.stringify(subscription)</c> gives; the package's README shows what the service worker receives.
    /// </summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Sets the options; subject and keys are required.</param>
    public static INotificationsBuilder AddWebPush(this INotificationsBuilder builder, Action<WebPushOptions> configure) =>
        builder.AddWebPush("webpush", configure);

    /// <summary>Adds a Web Push provider by a name of its own.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">Sets the options; subject and keys are required.</param>
    public static INotificationsBuilder AddWebPush(
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
        builder.Services.AddProviderHttpClient(name, (services, handler) => Configure(handler, OptionsOf(services, name)));
        builder.Services.AddSingleton(new ProviderPlatforms(name, Platform.Web));
        builder.Services.AddSingleton<IProviderRules>(services => new WebPushRules(
            name,
            services.GetRequiredService<IOptionsMonitor<WebPushOptions>>()
        ));
        builder.Services.AddSingleton<IDeliveryProvider>(services => new WebPushProvider(
            name,
            services.CreateProviderHttpClient(name),
            OptionsOf(services, name),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<WebPushProvider>>()
        ));
        return builder;
    }

    private static void Configure(SocketsHttpHandler handler, WebPushOptions options)
    {
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.MaxResponseDrainSize = MaxDrainedBytes;
        if (!options.AllowPrivateNetworks)
            handler.AllowPublicInternetOnly();
    }

    private static WebPushOptions OptionsOf(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<WebPushOptions>>().Get(name);
}

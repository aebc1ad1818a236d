using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Apns;
using Notify.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add providers for the Apple Push Notification service (APNs).</summary>
public static class ApnsNotificationsBuilderExtensions
{
    /// <summary>Adds the provider <c>apns</c>, which sends to devices of <see cref="Platform.Ios"/>.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options. <see cref="ApnsOptions.BundleId"/> and credentials are required.</param>
    public static INotificationProviderBuilder AddApns(this INotificationsBuilder builder, Action<ApnsOptions> configure) =>
        builder.AddApns("apns", configure);

    /// <summary>Adds an APNs provider under the given name. Add one provider per developer team.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The provider's name. It must be unique.</param>
    /// <param name="configure">Sets the options. <see cref="ApnsOptions.BundleId"/> and credentials are required.</param>
    public static INotificationProviderBuilder AddApns(
        this INotificationsBuilder builder,
        string name,
        Action<ApnsOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<ApnsOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ApnsOptions>>(new ApnsOptionsValidator(name));
        builder.Services.AddSingleton(new ProviderPlatforms(name, Platform.Ios));
        builder.Services.AddSingleton<IProviderRules>(new ApnsRules(name));
        builder.Services.AddProviderHttpClient(name, (services, handler) =>
            PresentCertificate(GetOptions(services, name), handler)
        );
        return builder.AddProvider(name, services => Create(services, name));
    }

    private static ApnsProvider Create(IServiceProvider services, string name)
    {
        var options = GetOptions(services, name);
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<ApnsProvider>>();
        var tokens = options.CertificateFile is null
            ? new ProviderTokens(new ProviderTokenKey(options), services.GetService<ISharedTokenStore>(), time, logger)
            : null;
        return new ApnsProvider(name, services.CreateProviderHttpClient(name), new Destinations(options), tokens, time, logger);
    }

    private static void PresentCertificate(ApnsOptions options, SocketsHttpHandler handler)
    {
        if (options.CertificateFile is not null)
            handler.SslOptions.ClientCertificates = [Credentials.ReadCertificate(options)];
    }

    private static ApnsOptions GetOptions(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<ApnsOptions>>().Get(name);
}

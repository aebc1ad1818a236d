using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Delivering;
using Notify.Providers.Fcm;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds push over Firebase Cloud Messaging.</summary>
public static class FcmNotificationsBuilderExtensions
{
    /// <summary>
    /// Adds the provider <c>fcm</c>. It takes registration tokens of Firebase whatever they run on; where APNs or Web Push is
    /// added as well, tokens of those platforms go there.
    /// </summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Sets the options; see <see cref="FcmOptions"/> for where credentials come from.</param>
    public static INotificationsBuilder AddFcm(this INotificationsBuilder builder, Action<FcmOptions> configure) =>
        builder.AddFcm("fcm", configure);

    /// <summary>Adds a provider for Firebase Cloud Messaging by a name of its own: two projects are two names.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">Sets the options; see <see cref="FcmOptions"/> for where credentials come from.</param>
    public static INotificationsBuilder AddFcm(this INotificationsBuilder builder, string name, Action<FcmOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<FcmOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FcmOptions>, FcmOptionsValidator>());
        builder.Services.AddProviderHttpClient(name);
        builder.Services.AddSingleton<IProviderRules>(new FcmRules(name));
        builder.Services.AddSingleton<IDeliveryProvider>(services => Create(services, name));
        return builder;
    }

    private static FcmProvider Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<FcmOptions>>().Get(name);
        var account = ServiceAccountKey.Read(options, out _);
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<FcmProvider>>();
        return new FcmProvider(
            name,
            EndpointOf(options, account),
            options.ValidateOnly,
            services.CreateProviderHttpClient(name),
            new FcmAccessTokens(name, Loader(services, name, account, time), time, logger),
            time,
            logger
        );
    }

    private static Uri EndpointOf(FcmOptions options, ServiceAccountCredential? account)
    {
        var project = string.IsNullOrEmpty(options.ProjectId) ? account?.ProjectId : options.ProjectId;
        return new($"{options.BaseAddress.AbsoluteUri.TrimEnd('/')}/v1/projects/{Uri.EscapeDataString(project!)}/messages:send");
    }

    private static Func<CancellationToken, Task<GoogleCredential>> Loader(
        IServiceProvider services,
        string name,
        ServiceAccountCredential? account,
        TimeProvider time
    )
    {
        var handler = services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler($"Notify.{name}");
        if (account is null)
            return cancellationToken => FcmCredentials.OfEnvironmentAsync(handler, cancellationToken);

        var credential = Task.FromResult(FcmCredentials.Of(account, handler, time));
        return _ => credential;
    }
}

using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Fcm;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add providers for Firebase Cloud Messaging.</summary>
public static class FcmNotificationsBuilderExtensions
{
    /// <summary>
    /// Adds the provider <c>fcm</c>. It sends to Firebase registration tokens of every platform. If an APNs or Web Push provider
    /// is added as well, tokens of those platforms are routed to that provider.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options. <see cref="FcmOptions"/> explains where credentials come from.</param>
    public static INotificationProviderBuilder AddFcm(this INotificationsBuilder builder, Action<FcmOptions> configure) =>
        builder.AddFcm("fcm", configure);

    /// <summary>
    /// Adds a provider for Firebase Cloud Messaging under the given name. Add one provider per Firebase project.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The provider's name. It must be unique.</param>
    /// <param name="configure">Sets the options. <see cref="FcmOptions"/> explains where credentials come from.</param>
    public static INotificationProviderBuilder AddFcm(
        this INotificationsBuilder builder,
        string name,
        Action<FcmOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<FcmOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FcmOptions>, FcmOptionsValidator>());
        builder.Services.AddProviderHttpClient(name);
        builder.Services.AddSingleton<IProviderRules>(new FcmRules(name));
        builder.Services.AddSingleton(new ProviderPlatforms(name, Platform.Android, Platform.Ios, Platform.Web));
        return builder.AddProvider(name, services => Create(services, name));
    }

    private static FcmProvider Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<FcmOptions>>().Get(name);
        var account = ServiceAccountKey.Read(options, out _);
        var time = services.GetRequiredService<TimeProvider>();
        var logger = services.GetRequiredService<ILogger<FcmProvider>>();
        return new FcmProvider(
            name,
            CreateEndpoint(options, account),
            options.ValidateOnly,
            services.CreateProviderHttpClient(name),
            new FcmAccessTokens(name, CreateCredentialLoader(services, name, account, time), time, logger),
            time,
            logger
        );
    }

    private static Uri CreateEndpoint(FcmOptions options, ServiceAccountCredential? account)
    {
        var project = string.IsNullOrEmpty(options.ProjectId) ? account?.ProjectId : options.ProjectId;
        return new($"{options.BaseAddress.AbsoluteUri.TrimEnd('/')}/v1/projects/{Uri.EscapeDataString(project!)}/messages:send");
    }

    private static Func<CancellationToken, Task<GoogleCredential>> CreateCredentialLoader(
        IServiceProvider services,
        string name,
        ServiceAccountCredential? account,
        TimeProvider time
    )
    {
        var handler = services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler($"Notify.{name}");
        if (account is null)
            return cancellationToken => FcmCredentials.LoadDefaultAsync(handler, cancellationToken);

        var credential = Task.FromResult(FcmCredentials.FromServiceAccount(account, handler, time));
        return _ => credential;
    }
}

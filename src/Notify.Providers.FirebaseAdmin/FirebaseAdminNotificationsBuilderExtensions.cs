using FirebaseAdmin;
using FirebaseAdmin.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Fcm;
using Notify.Providers.FirebaseAdmin;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add providers for the Firebase Admin SDK.</summary>
public static class FirebaseAdminNotificationsBuilderExtensions
{
    /// <summary>
    /// Adds the provider <c>firebase-admin</c>, which sends to FCM registration tokens through a Firebase app of the application.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options. Null uses the default options.</param>
    public static INotificationProviderBuilder AddFirebaseAdmin(
        this INotificationsBuilder builder,
        Action<FirebaseAdminOptions>? configure = null
    ) => builder.AddFirebaseAdmin("firebase-admin", configure ?? (_ => { }));

    /// <summary>Adds a provider under the given name that sends through a Firebase app of the application.</summary>
    /// <remarks>
    /// If <see cref="Content.Overrides"/> contains <c>fcm</c>, it is merged into the message. It has the form of a <c>Message</c>
    /// of FCM's HTTP v1 API. The SDK itself retries a 503 or a lost connection up to four times within about 15 seconds. Notify
    /// counts all of these as one attempt.
    /// </remarks>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The provider's name, in lower case. It must be unique.</param>
    /// <param name="configure">Sets the options.</param>
    public static INotificationProviderBuilder AddFirebaseAdmin(
        this INotificationsBuilder builder,
        string name,
        Action<FirebaseAdminOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder
            .Services.AddOptions<FirebaseAdminOptions>(name)
            .Configure(configure)
            .Validate<IServiceProvider>(
                (options, services) => options.App(services) is not null,
                $"Provider '{name}': {nameof(FirebaseAdminOptions.App)} returned null. Set it, or call FirebaseApp.Create() "
                    + "before the application starts."
            )
            .ValidateOnStart();
        builder.Services.AddSingleton(new ProviderPlatforms(name, Platform.Android));
        builder.Services.AddSingleton<IProviderRules>(new FcmRules(name));
        return builder.AddProvider(name, services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<FirebaseAdminOptions>>().Get(name);
            return new FirebaseAdminProvider(
                name,
                FirebaseMessaging.GetMessaging(options.App(services)),
                options.ValidateOnly,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<FirebaseAdminProvider>>()
            );
        });
    }
}

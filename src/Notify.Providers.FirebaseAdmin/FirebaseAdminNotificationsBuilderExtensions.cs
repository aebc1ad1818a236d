using FirebaseAdmin;
using FirebaseAdmin.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Delivering;
using Notify.Providers.FirebaseAdmin;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds push through the Firebase Admin SDK.</summary>
public static class FirebaseAdminNotificationsBuilderExtensions
{
    /// <summary>
    /// Sends push to FCM registration tokens through a Firebase app that the application has, as <c>firebase-admin</c>.
    /// </summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Names the app; null takes Firebase's default app.</param>
    public static INotificationsBuilder AddFirebaseAdmin(
        this INotificationsBuilder builder,
        Action<FirebaseAdminOptions>? configure = null
    ) => builder.AddFirebaseAdmin("firebase-admin", configure ?? (_ => { }));

    /// <summary>Sends push through a Firebase app, as a provider with a name of its own.</summary>
    /// <remarks>
    /// Where <see cref="Content.Overrides"/> has <c>fcm</c>, it is laid over the message, in the form of FCM's HTTP v1
    /// <c>Message</c>. The SDK repeats a 503 and a lost connection by itself, up to four times over about 15 seconds: all that is
    /// one attempt.
    /// </remarks>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    /// <param name="configure">Names the app.</param>
    public static INotificationsBuilder AddFirebaseAdmin(
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
                $"Provider '{name}': App gives no Firebase app. Set it, or call FirebaseApp.Create() before the start."
            )
            .ValidateOnStart();
        builder.Services.AddSingleton(new ProviderPlatforms(name, Platform.Android));
        builder.Services.AddSingleton<IDeliveryProvider>(services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<FirebaseAdminOptions>>().Get(name);
            return new FirebaseAdminProvider(
                name,
                FirebaseMessaging.GetMessaging(options.App(services)),
                options.DryRun,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<FirebaseAdminProvider>>()
            );
        });
        return builder;
    }
}

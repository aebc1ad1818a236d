using Microsoft.Extensions.DependencyInjection.Extensions;
using Notify;
using Notify.Hosting.Secrets;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that protect stored secrets.</summary>
public static class SecretsNotificationsBuilderExtensions
{
    /// <summary>
    /// Encrypts the secrets that Notify stores, with ASP.NET Core Data Protection. The key ring is kept in the store, so all
    /// processes share it, and is separate from the application's own key ring. Secrets that were stored before stay readable and
    /// are encrypted when they are written the next time. This method may be called repeatedly; later calls change the options.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Configures the options, above all <see cref="SecretsOptions.RootKeys"/>.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    public static INotificationsBuilder ProtectSecrets(
        this INotificationsBuilder builder,
        Action<SecretsOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);

        var services = builder.Services;
        var options = services.AddOptions<SecretsOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddSingleton<KeyRingRepository>();
        if (services.Any(service => service.ImplementationType == typeof(SecretProtector)))
            return builder;

        services.Replace(ServiceDescriptor.Singleton<ISecretProtector, SecretProtector>());
        services.AddHostedService<KeyRingStart>();
        return builder;
    }
}

using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Delivering;
using Notify.Providers.Twilio;
using Notify.Settling;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds SMS through Twilio.</summary>
public static class TwilioNotificationsBuilderExtensions
{
    /// <summary>Sends SMS through Twilio's Messages API, as the provider <c>twilio</c>.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Names the account and the sender. What is missing or wrong is said at start.</param>
    public static INotificationsBuilder AddTwilio(this INotificationsBuilder builder, Action<TwilioOptions> configure) =>
        builder.AddTwilio("twilio", configure);

    /// <summary>Sends SMS through Twilio's Messages API, as a provider with a name of its own.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    /// <param name="configure">Names the account and the sender. What is missing or wrong is said at start.</param>
    public static INotificationsBuilder AddTwilio(
        this INotificationsBuilder builder,
        string name,
        Action<TwilioOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);

        var services = builder.Services;
        services.AddOptions<TwilioOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TwilioOptions>, TwilioOptionsValidator>());
        services.AddProviderHttpClient(name);
        services.AddSingleton<IProviderRules>(new TwilioRules(name));
        services.AddSingleton<IDeliveryProvider>(provided => new TwilioProvider(
            name,
            provided.CreateProviderHttpClient(name),
            OptionsOf(provided, name),
            provided.GetRequiredService<TimeProvider>(),
            provided.GetRequiredService<ILogger<TwilioProvider>>()
        ));
        services.AddSingleton<IReceiptCallback>(provided => new TwilioStatusCallback(
            name,
            OptionsOf(provided, name),
            provided.GetRequiredService<TimeProvider>(),
            provided.GetRequiredService<ILogger<TwilioStatusCallback>>()
        ));
        return builder;
    }

    private static TwilioOptions OptionsOf(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<TwilioOptions>>().Get(name);
}

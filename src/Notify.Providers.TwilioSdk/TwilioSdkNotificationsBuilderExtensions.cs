using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.TwilioSdk;
using Twilio.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add providers for Twilio's .NET library.</summary>
public static class TwilioSdkNotificationsBuilderExtensions
{
    /// <summary>The maximum number of characters of a body (Twilio's error 21617).</summary>
    private const int MaxBodyLength = 1_600;

    /// <summary>Adds the provider <c>twilio-sdk</c>, which sends SMS through a client of Twilio's library.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options. <see cref="TwilioSdkOptions.CreateClient"/> and a sender are required.</param>
    public static INotificationProviderBuilder AddTwilioSdk(
        this INotificationsBuilder builder,
        Action<TwilioSdkOptions> configure
    ) => builder.AddTwilioSdk("twilio-sdk", configure);

    /// <summary>Adds a provider under the given name that sends SMS through a client of Twilio's library.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The provider's name, in lower case. It must be unique.</param>
    /// <param name="configure">Sets the options. <see cref="TwilioSdkOptions.CreateClient"/> and a sender are required.</param>
    public static INotificationProviderBuilder AddTwilioSdk(
        this INotificationsBuilder builder,
        string name,
        Action<TwilioSdkOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<TwilioSdkOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder
            .Services.AddProviderHttpClient(name)
            .AddHttpMessageHandler(services => new ExchangeHandler(services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<IProviderRules>(services => new SmsRules(name, MaxBodyLength)
        {
            AllowedFrom = [.. services.GetRequiredService<IOptionsMonitor<TwilioSdkOptions>>().Get(name).AllowedFrom],
        });
        return builder.AddProvider(name, services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<TwilioSdkOptions>>().Get(name);
            return new TwilioSdkProvider(
                name,
                options.CreateClient!(new SystemNetHttpClient(services.CreateProviderHttpClient(name))),
                options,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<TwilioSdkProvider>>()
            );
        });
    }
}

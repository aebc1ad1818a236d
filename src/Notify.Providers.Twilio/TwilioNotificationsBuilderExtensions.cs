using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.Twilio;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add providers for Twilio.</summary>
public static class TwilioNotificationsBuilderExtensions
{
    /// <summary>Adds the provider <c>twilio</c>, which sends SMS through Twilio's Messages API.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options. The account, credentials and a sender are required.</param>
    public static INotificationProviderBuilder AddTwilio(this INotificationsBuilder builder, Action<TwilioOptions> configure) =>
        builder.AddTwilio("twilio", configure);

    /// <summary>Adds a provider under the given name that sends SMS through Twilio's Messages API.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The provider's name, in lower case. It must be unique.</param>
    /// <param name="configure">Sets the options. The account, credentials and a sender are required.</param>
    public static INotificationProviderBuilder AddTwilio(
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
        services.AddSingleton<IProviderRules>(provided => CreateRules(provided, name));
        services.AddSingleton<IReceiptCallback>(provided => new TwilioStatusCallback(
            name,
            GetOptions(provided, name),
            provided.GetRequiredService<TimeProvider>(),
            provided.GetRequiredService<ILogger<TwilioStatusCallback>>()
        ));
        return builder.AddProvider(name, provided => new TwilioProvider(
            name,
            provided.CreateProviderHttpClient(name),
            GetOptions(provided, name),
            provided.GetRequiredService<TimeProvider>(),
            provided.GetRequiredService<ILogger<TwilioProvider>>()
        ));
    }

    private static SmsRules CreateRules(IServiceProvider services, string name) =>
        new(name, TwilioOutcomes.MaxBodyLength) { AllowedFrom = [.. GetOptions(services, name).AllowedFrom] };

    private static TwilioOptions GetOptions(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<TwilioOptions>>().Get(name);
}

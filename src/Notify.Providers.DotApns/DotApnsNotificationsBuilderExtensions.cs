using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Providers;
using Notify.Providers.DotApns;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add providers for Apple devices through dotAPNS.</summary>
public static class DotApnsNotificationsBuilderExtensions
{
    /// <summary>Adds the provider <c>dotapns</c>, which sends to Apple devices through a dotAPNS client.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options. <see cref="DotApnsOptions.CreateClient"/> is required.</param>
    public static INotificationProviderBuilder AddDotApns(this INotificationsBuilder builder, Action<DotApnsOptions> configure) =>
        builder.AddDotApns("dotapns", configure);

    /// <summary>Adds a provider under the given name that sends to Apple devices through a dotAPNS client.</summary>
    /// <remarks>
    /// If <see cref="Content.Overrides"/> contains <c>apns</c>, the members of its <c>payload</c> replace those of the payload
    /// that is sent. Members of its <c>aps</c> replace members of the payload's <c>aps</c>. <c>headers</c> are not supported,
    /// because dotAPNS writes the headers.
    /// </remarks>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="name">The provider's name, in lower case. It must be unique.</param>
    /// <param name="configure">Sets the options. <see cref="DotApnsOptions.CreateClient"/> is required.</param>
    public static INotificationProviderBuilder AddDotApns(
        this INotificationsBuilder builder,
        string name,
        Action<DotApnsOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);

        builder.Services.AddOptions<DotApnsOptions>(name).Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        builder
            .Services.AddProviderHttpClient(name)
            .AddHttpMessageHandler(services => new ExchangeHandler(services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(new ProviderPlatforms(name, Platform.Ios));
        builder.Services.AddSingleton<IProviderRules>(new DotApnsRules(name));
        return builder.AddProvider(name, services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<DotApnsOptions>>().Get(name);
            return new DotApnsProvider(
                name,
                options.CreateClient!(services.CreateProviderHttpClient(name)),
                new PushComposer(options.Environment == DotApnsEnvironment.Sandbox),
                services.GetRequiredService<ILogger<DotApnsProvider>>()
            );
        });
    }
}

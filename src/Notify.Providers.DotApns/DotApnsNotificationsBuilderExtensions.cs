using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Delivering;
using Notify.Providers.DotApns;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds push to Apple's devices through dotAPNS.</summary>
public static class DotApnsNotificationsBuilderExtensions
{
    /// <summary>Sends push to Apple's devices through a dotAPNS client, as the provider <c>dotapns</c>.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Sets the options; <see cref="DotApnsOptions.CreateClient"/> is required.</param>
    public static INotificationsBuilder AddDotApns(this INotificationsBuilder builder, Action<DotApnsOptions> configure) =>
        builder.AddDotApns("dotapns", configure);

    /// <summary>Sends push to Apple's devices through a dotAPNS client, as a provider with a name of its own.</summary>
    /// <remarks>
    /// Where <see cref="Content.Overrides"/> has <c>apns</c>, the members of its <c>payload</c> replace those of what is sent:
    /// those of its <c>aps</c> in the payload's <c>aps</c>, the others beside it. It can have no <c>headers</c>, which dotAPNS
    /// writes.
    /// </remarks>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="name">The provider's name: lower case, unique in the application.</param>
    /// <param name="configure">Sets the options; <see cref="DotApnsOptions.CreateClient"/> is required.</param>
    public static INotificationsBuilder AddDotApns(
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
        builder.Services.AddSingleton<IDeliveryProvider>(services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<DotApnsOptions>>().Get(name);
            return new DotApnsProvider(
                name,
                options.CreateClient!(services.CreateProviderHttpClient(name)),
                new PushComposer(options.UseDevelopmentServer),
                services.GetRequiredService<ILogger<DotApnsProvider>>()
            );
        });
        return builder;
    }
}

using Microsoft.Extensions.Logging;
using Notify;
using Notify.Providers;
using Notify.Providers.Sandbox;
using Notify.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that add the sandbox.</summary>
public static class SandboxNotificationsBuilderExtensions
{
    /// <summary>The limit of Twilio (error 21617).</summary>
    private const int MaxSmsLength = 1_600;

    private static readonly Channel[] DefaultChannels = [Channel.Push, Channel.Sms, Channel.Email, Channel.Webhook];

    /// <summary>
    /// Captures the messages of the channels push, SMS, email and webhook instead of sending them. Nothing leaves the process,
    /// and no vendor account is needed. <see cref="ISandbox"/> provides the captured messages. The providers are named
    /// <c>sandbox-push</c>, <c>sandbox-sms</c> and so on. This method may be called repeatedly.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    public static INotificationsBuilder AddSandbox(this INotificationsBuilder builder) => builder.AddSandbox(DefaultChannels);

    /// <summary>
    /// Captures the messages of the channels push, SMS, email and webhook, like <see cref="AddSandbox(INotificationsBuilder)"/>,
    /// and sets options.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="configure">Sets the options.</param>
    public static INotificationsBuilder AddSandbox(this INotificationsBuilder builder, Action<SandboxOptions> configure) =>
        builder.AddSandbox(DefaultChannels, configure);

    /// <summary>
    /// Captures the messages of the given channels instead of sending them, as in
    /// <c>AddSandbox([Channel.Sms, Channel.Create("pager")])</c>. Channels of earlier calls stay sandboxed.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="channels">The channels. Duplicates are ignored.</param>
    public static INotificationsBuilder AddSandbox(this INotificationsBuilder builder, IEnumerable<Channel> channels) =>
        builder.AddSandbox(channels, _ => { });

    /// <summary>
    /// Captures the messages of the given channels, like <see cref="AddSandbox(INotificationsBuilder, IEnumerable{Channel})"/>,
    /// and sets options.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="channels">The channels. Duplicates are ignored.</param>
    /// <param name="configure">Sets the options.</param>
    public static INotificationsBuilder AddSandbox(
        this INotificationsBuilder builder,
        IEnumerable<Channel> channels,
        Action<SandboxOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(channels);
        ArgumentNullException.ThrowIfNull(configure);

        AddInbox(builder.Services);
        foreach (var channel in channels)
            AddProvider(builder.Services, channel);
        builder.Services.Configure(configure);
        return builder;
    }

    /// <summary>
    /// Captures test notifications (<see cref="ApiKeyKind.Test"/>) over every channel. Other notifications are sent by the
    /// providers of the application as before. Without this method, test notifications are refused. <see cref="ISandbox"/>
    /// provides the captured messages. This method may be called repeatedly.
    /// </summary>
    /// <param name="builder">The notifications builder.</param>
    public static INotificationsBuilder AddTestSandbox(this INotificationsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddInbox(builder.Services);
        if (builder.Services.All(service => service.ServiceType != typeof(SandboxTestProvider)))
        {
            builder.Services.AddSingleton<SandboxTestProvider>();
            builder.Services.AddSingleton<IDeliveryProvider>(provider => provider.GetRequiredService<SandboxTestProvider>());
        }

        return builder;
    }

    private static void AddInbox(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(SandboxInbox)))
            return;

        services.AddOptions<SandboxOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SandboxInbox>();
        services.AddSingleton<SandboxAnswers>();
        services.AddSingleton<ISandbox>(provider => provider.GetRequiredService<SandboxInbox>());
        services.AddSingleton<ICapturedMessages, SandboxMessages>();
        services.AddSingleton<IErasureHandler>(provider => provider.GetRequiredService<SandboxInbox>());
    }

    private static void AddProvider(IServiceCollection services, Channel channel)
    {
        var sandboxed = new SandboxedChannel(channel);
        if (services.Any(service => sandboxed.Equals(service.ImplementationInstance)))
            return;

        services.AddSingleton(sandboxed);
        var name = SandboxProvider.GetName(channel);
        if (channel == Channel.Push)
            services.AddSingleton<IProviderRules>(new SandboxPushRules(name));
        if (channel == Channel.Sms)
            services.AddSingleton<IProviderRules>(new SmsRules(name, MaxSmsLength) { AllowedFrom = null });
        if (channel == Channel.Email)
            services.AddSingleton<IProviderRules>(new SandboxEmailRules(name));
        services.AddSingleton<IDeliveryProvider>(provider => new SandboxProvider(
            channel,
            provider.GetRequiredService<SandboxInbox>(),
            provider.GetRequiredService<SandboxAnswers>(),
            provider.GetRequiredService<ILogger<SandboxProvider>>()
        ));
    }
}

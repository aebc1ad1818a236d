using Microsoft.Extensions.Logging;
using Notify;
using Notify.Delivering;
using Notify.Providers.Sandbox;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the sandbox.</summary>
public static class SandboxNotificationsBuilderExtensions
{
    private static readonly Channel[] DefaultChannels = [Channel.Push, Channel.Sms, Channel.Email, Channel.Webhook];

    /// <summary>
    /// Captures what push, sms, email and webhook would send, for <see cref="ISandbox"/> to show: no vendor account is needed,
    /// and nothing leaves the process. The providers are named <c>sandbox-push</c>, <c>sandbox-sms</c> and so on. Safe to call
    /// twice.
    /// </summary>
    /// <param name="builder">The application's notifications.</param>
    public static INotificationsBuilder AddSandbox(this INotificationsBuilder builder) => builder.AddSandbox(DefaultChannels);

    /// <summary>Like <see cref="AddSandbox(INotificationsBuilder)"/>, and changes the options.</summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="configure">Changes the options' defaults.</param>
    public static INotificationsBuilder AddSandbox(this INotificationsBuilder builder, Action<SandboxOptions> configure) =>
        builder.AddSandbox(DefaultChannels, configure);

    /// <summary>
    /// Captures what these channels would send: <c>AddSandbox([Channel.Sms, Channel.Named("pager")])</c>. Channels that were
    /// sandboxed before stay so.
    /// </summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="channels">The channels; one that is named twice is captured once.</param>
    public static INotificationsBuilder AddSandbox(this INotificationsBuilder builder, IEnumerable<Channel> channels) =>
        builder.AddSandbox(channels, _ => { });

    /// <summary>
    /// Captures what these channels would send, like <see cref="AddSandbox(INotificationsBuilder, IEnumerable{Channel})"/>, and
    /// changes the options.
    /// </summary>
    /// <param name="builder">The application's notifications.</param>
    /// <param name="channels">The channels; one that is named twice is captured once.</param>
    /// <param name="configure">Changes the options' defaults.</param>
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

    private static void AddInbox(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(SandboxInbox)))
            return;

        services.AddOptions<SandboxOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SandboxInbox>();
        services.AddSingleton<ISandbox>(provider => provider.GetRequiredService<SandboxInbox>());
    }

    private static void AddProvider(IServiceCollection services, Channel channel)
    {
        var sandboxed = new SandboxedChannel(channel);
        if (services.Any(service => sandboxed.Equals(service.ImplementationInstance)))
            return;

        services.AddSingleton(sandboxed);
        services.AddSingleton<IDeliveryProvider>(provider => new SandboxProvider(
            channel,
            provider.GetRequiredService<SandboxInbox>(),
            provider.GetRequiredService<ILogger<SandboxProvider>>()
        ));
    }

    /// <summary>Marks a channel that has its sandbox provider already.</summary>
    private sealed record SandboxedChannel(Channel Channel);
}

using Notify;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods that configure channels.</summary>
public static class ChannelNotificationsBuilderExtensions
{
    /// <summary>Configures the providers of a channel and the time to live of its deliveries.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="channel">The channel to configure.</param>
    /// <param name="configure">An action that changes the channel's options.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    public static INotificationsBuilder ConfigureChannel(
        this INotificationsBuilder builder,
        Channel channel,
        Action<ChannelOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(channel.Name, configure);
        return builder;
    }

    /// <summary>Configures how the deliveries of a channel are retried.</summary>
    /// <param name="builder">The notifications builder.</param>
    /// <param name="channel">The channel to configure.</param>
    /// <param name="configure">An action that changes the channel's retry options.</param>
    /// <returns>The same builder, so that calls can be chained.</returns>
    public static INotificationsBuilder ConfigureRetries(
        this INotificationsBuilder builder,
        Channel channel,
        Action<RetryOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(channel.Name, configure);
        return builder;
    }
}

using Notify;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures channels.</summary>
public static class ChannelNotificationsBuilderExtensions
{
    /// <summary>Configures which providers a channel uses and how long its deliveries live.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="configure">Changes the defaults.</param>
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
    /// <param name="builder">The builder.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="configure">Changes the channel's defaults.</param>
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

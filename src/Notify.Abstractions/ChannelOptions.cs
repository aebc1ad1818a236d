using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>
/// Which providers a channel uses, and how long its deliveries live. Options of this type are named by channel.
/// </summary>
public sealed class ChannelOptions
{
    /// <summary>
    /// Gets or sets how long after it may be sent a delivery expires, when its trigger does not say. Null means
    /// <see cref="NotificationsOptions.DefaultTimeToLive"/>, but at most 24 hours for push and 12 hours for SMS. 1 second to 90
    /// days; default null.
    /// </summary>
    [TimeRange("00:00:01", "90.00:00:00")]
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>
    /// The names of the channel's providers, first choice first; the next one takes over when one fails. Empty means every
    /// provider of the channel in the order of registration, which is the default.
    /// </summary>
    public IList<string> Providers { get; set; } = [];

    /// <summary>For push: the providers of one platform's tokens, where they differ from <see cref="Providers"/>.</summary>
    public IDictionary<Platform, IList<string>> PlatformProviders { get; } = new Dictionary<Platform, IList<string>>();

    // Hours later a text message only confuses, while a phone that was off overnight still shows a push.
    internal static TimeSpan? GetDefaultTimeToLive(Channel channel) =>
        channel == Channel.Push ? TimeSpan.FromHours(24)
        : channel == Channel.Sms ? TimeSpan.FromHours(12)
        : null;
}

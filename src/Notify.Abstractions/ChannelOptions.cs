namespace Notify;

/// <summary>
/// Options for one channel: its providers and the time to live of its deliveries. The options are named after the channel.
/// </summary>
public sealed class ChannelOptions
{
    /// <summary>
    /// Gets or sets the time to live of a delivery, counted from the time at which it may be sent. It applies to triggers that do
    /// not set an expiry. Null means <see cref="NotificationsOptions.DefaultTimeToLive"/>, but at most 24 hours for push and 12
    /// hours for SMS. 1 second to 90 days; default null.
    /// </summary>
    [TimeRange("00:00:01", "90.00:00:00")]
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>
    /// Gets or sets the names of the channel's providers in order of preference. If one fails, the next takes over. Empty, the
    /// default, means every provider of the channel in the order of registration.
    /// </summary>
    public IList<string> Providers { get; set; } = [];

    /// <summary>
    /// Gets the push providers for the tokens of individual platforms, where they differ from <see cref="Providers"/>. The keys
    /// are the names of platforms, such as <c>ios</c>.
    /// </summary>
    public IDictionary<string, IList<string>> PlatformProviders { get; } =
        new Dictionary<string, IList<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Gets or sets whether the quiet hours of users apply to the channel. Null means that they do, except for the inbox, which
    /// makes no sound. Default null.
    /// </summary>
    public bool? AppliesQuietHours { get; set; }

    // A text message that arrives many hours late is merely confusing, whereas a push is still useful on a phone that was off
    // overnight.
    internal static TimeSpan? GetDefaultTimeToLive(Channel channel) =>
        channel == Channel.Push ? TimeSpan.FromHours(24)
        : channel == Channel.Sms ? TimeSpan.FromHours(12)
        : null;
}

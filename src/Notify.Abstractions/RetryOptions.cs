using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>
/// Options for retrying the deliveries of one channel. The options are named after the channel. Each channel has its own
/// defaults, which are listed in docs/explanation/retries-and-due-times.md.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>
    /// Gets or sets the maximum number of attempts, including the first, after which a delivery becomes a dead letter. Null means
    /// that it is retried until it expires. 1 to 1,000; default null.
    /// </summary>
    [Range(1, 1_000)]
    public int? MaxAttempts { get; set; }

    /// <summary>
    /// Gets or sets the shortest delay between attempts. 10 ms to 1 day; default 30 seconds for email, 10 seconds for webhooks,
    /// and 2 seconds for other channels.
    /// </summary>
    [TimeRange("00:00:00.010", "1.00:00:00")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets the longest delay that Notify chooses between attempts. 10 ms to 7 days; default 2 hours for email and
    /// webhooks, 15 minutes for push and SMS, and 1 hour for other channels.
    /// </summary>
    [TimeRange("00:00:00.010", "7.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets the longest Retry-After that is honored; a longer one is reduced to this value. 1 second to 7 days; default 6
    /// hours.
    /// </summary>
    [TimeRange("00:00:01", "7.00:00:00")]
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromHours(6);

    /// <summary>
    /// Gets or sets whether a message is sent again after an attempt whose answer was lost, in which case the recipient may
    /// receive it twice. False makes the delivery a dead letter, which an operator can replay. Default: null, which means false
    /// for <see cref="Channel.Sms"/>, where each copy is billed, and true for all other channels.
    /// </summary>
    public bool? RepeatAfterLostAnswer { get; set; }

    /// <summary>
    /// Gets or sets the number of attempts after which a lost answer ends the delivery even if
    /// <see cref="RepeatAfterLostAnswer"/> allows repetition, because each attempt may have delivered a copy of the message.
    /// <see cref="MaxAttempts"/> applies as well. 1 to 1,000; default 10.
    /// </summary>
    [Range(1, 1_000)]
    public int MaxAttemptsWithLostAnswer { get; set; } = 10;
}

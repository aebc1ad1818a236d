using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>
/// How a channel's deliveries are retried. Options of this type are named by channel, and each channel has its own defaults,
/// which docs/explanation/retries-and-due-times.md lists.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>
    /// Gets or sets the attempts per delivery before it becomes a dead letter, the first included. Null means until it expires.
    /// 1 to 1,000; default null.
    /// </summary>
    [Range(1, 1_000)]
    public int? MaxAttempts { get; set; }

    /// <summary>
    /// Gets or sets the shortest delay between attempts. 10 ms to 1 day; default 30 seconds for email, 10 seconds for webhooks,
    /// else 2 seconds.
    /// </summary>
    [TimeRange("00:00:00.010", "1.00:00:00")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets the longest delay between attempts that Notify chooses. 10 ms to 7 days; default 2 hours for email and
    /// webhooks, 15 minutes for push and SMS, else 1 hour.
    /// </summary>
    [TimeRange("00:00:00.010", "7.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets the longest Retry-After that is honoured; a longer one is cut to this. 1 second to 7 days; default 6 hours.
    /// </summary>
    [TimeRange("00:00:01", "7.00:00:00")]
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromHours(6);

    /// <summary>
    /// Gets or sets whether a message is sent again after an attempt whose answer was lost, so that the recipient may get it
    /// twice. False ends the delivery as a dead letter, which an operator can replay. Default: null, which means false for
    /// <see cref="Channel.Sms"/>, where each copy is billed, and true for every other channel.
    /// </summary>
    public bool? RepeatAfterLostAnswer { get; set; }

    /// <summary>
    /// Gets or sets the attempts after which a lost answer ends the delivery even where <see cref="RepeatAfterLostAnswer"/>
    /// allows a repetition: each one may be a copy of the message. <see cref="MaxAttempts"/> holds too. 1 to 1,000; default 10.
    /// </summary>
    [Range(1, 1_000)]
    public int MaxAttemptsWithLostAnswer { get; set; } = 10;
}

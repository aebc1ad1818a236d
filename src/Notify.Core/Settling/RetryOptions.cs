using System.ComponentModel.DataAnnotations;

namespace Notify;

/// <summary>How a channel's deliveries are retried. Options of this type are named by channel.</summary>
public sealed class RetryOptions
{
    /// <summary>Attempts per delivery before it becomes a dead letter, the first included. 1 to 100; default 10.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>The shortest delay between attempts. 10 ms to 1 day; default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest delay between attempts that Notify chooses. 10 ms to 7 days; default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "7.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The longest Retry-After that is honoured; a longer one is cut to this. 1 second to 7 days; default 6 hours.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromHours(6);

    /// <summary>
    /// Gets or sets whether a message is sent again after an attempt whose answer was lost, so that the recipient may get it
    /// twice. False ends the delivery as a dead letter, which an operator can replay. Default: null, which means false for
    /// <see cref="Channel.Sms"/>, where each copy is billed, and true for every other channel.
    /// </summary>
    public bool? RepeatAfterLostAnswer { get; set; }
}

using Microsoft.Extensions.Options;
using Notify.Providers;

namespace Notify.Core.Settlements;

/// <summary>
/// Computes the delay before the next attempt: the vendor's Retry-After if there is one, otherwise exponential backoff with
/// decorrelated jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"), which spreads out deliveries that failed
/// together.
/// </summary>
internal sealed class RetrySchedule(IOptionsMonitor<RetryOptions> options, JitterSource jitter)
{
    private const double Growth = 3;

    /// <summary>Gets how many attempts a delivery may spend; null for no limit but its expiry.</summary>
    public int? GetMaxAttempts(Channel channel) => options.Get(channel.Name).MaxAttempts;

    /// <summary>Gets how many attempts a delivery may spend when the answer to the last one was lost.</summary>
    public int GetMaxAttemptsWithLostAnswer(Channel channel)
    {
        var retry = options.Get(channel.Name);
        return Math.Min(retry.MaxAttempts ?? int.MaxValue, retry.MaxAttemptsWithLostAnswer);
    }

    /// <summary>
    /// Determines whether an attempt is repeated when its answer was lost. By default every channel but SMS does: a duplicate SMS
    /// costs money and annoys its recipient.
    /// </summary>
    public bool RepeatsAfterLostAnswer(Channel channel) =>
        options.Get(channel.Name).RepeatAfterLostAnswer ?? channel != Channel.Sms;

    /// <summary>Computes the delay before the next attempt.</summary>
    public TimeSpan GetNextDelay(Delivery delivery, TimeSpan? retryAfter)
    {
        var channel = options.Get(delivery.Channel.Name);
        if (retryAfter is { } requested)
            return TimeSpan.FromTicks(Math.Clamp(requested.Ticks, 0, channel.MaxRetryAfter.Ticks));

        var shortest = channel.Delay.Ticks;
        var longest = Math.Max(shortest, delivery.RetryDelay.Ticks * Growth);
        var delay = shortest + (jitter.NextDouble() * (longest * (delivery.RetryDelay == TimeSpan.Zero ? Growth : 1) - shortest));
        return TimeSpan.FromTicks((long)Math.Min(delay, channel.MaxDelay.Ticks));
    }
}

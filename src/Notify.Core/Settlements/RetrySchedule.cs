using Microsoft.Extensions.Options;
using Notify.Providers;

namespace Notify.Core.Settlements;

/// <summary>
/// When to try again: the vendor's Retry-After where there is one, else exponential backoff with decorrelated jitter
/// (AWS Architecture Blog, "Exponential Backoff And Jitter"), which spreads out deliveries that failed together.
/// </summary>
internal sealed class RetrySchedule(IOptionsMonitor<RetryOptions> options, Chance chance)
{
    private const double Growth = 3;

    /// <summary>Gets the attempts that a delivery may spend; null for as many as it can make until it expires.</summary>
    public int? MaxAttempts(Channel channel) => options.Get(channel.Name).MaxAttempts;

    /// <summary>Gets the attempts that a delivery may spend if the answer to the last one was lost.</summary>
    public int MaxAttemptsWithLostAnswer(Channel channel)
    {
        var retry = options.Get(channel.Name);
        return Math.Min(retry.MaxAttempts ?? int.MaxValue, retry.MaxAttemptsWithLostAnswer);
    }

    public bool RepeatsAfterLostAnswer(Channel channel) =>
        options.Get(channel.Name).RepeatAfterLostAnswer ?? channel != Channel.Sms;

    public TimeSpan NextDelay(Delivery delivery, TimeSpan? retryAfter)
    {
        var channel = options.Get(delivery.Channel.Name);
        if (retryAfter is { } asked)
            return TimeSpan.FromTicks(Math.Clamp(asked.Ticks, 0, channel.MaxRetryAfter.Ticks));

        var shortest = channel.BaseDelay.Ticks;
        var longest = Math.Max(shortest, delivery.RetryDelay.Ticks * Growth);
        var delay = shortest + (chance.NextDouble() * (longest * (delivery.RetryDelay == TimeSpan.Zero ? Growth : 1) - shortest));
        return TimeSpan.FromTicks((long)Math.Min(delay, channel.MaxDelay.Ticks));
    }
}

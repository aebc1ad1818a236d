using Microsoft.Extensions.Options;
using Notify.Queueing;

namespace Notify.Settling;

/// <summary>
/// When to try again: the vendor's Retry-After where there is one, else exponential backoff with decorrelated jitter
/// (AWS Architecture Blog, "Exponential Backoff And Jitter"), which spreads out deliveries that failed together.
/// </summary>
internal sealed class RetrySchedule(IOptionsMonitor<RetryOptions> options, Chance chance)
{
    private const double Growth = 3;

    public int MaxAttempts(Channel channel) => options.Get(channel.Name).MaxAttempts;

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

using Microsoft.Extensions.Options;
using Notify.Providers;

namespace Notify.Core.Timing;

/// <summary>
/// Decides when a delivery may be sent: not before its schedule, not in its recipient's quiet hours, not after its expiry.
/// Planning, retry, fallback and replay all use it, and no other code compares a delivery's times.
/// </summary>
internal sealed class DueTimePolicy(
    IOptions<NotificationsOptions> options,
    IOptionsMonitor<ChannelOptions> channels,
    TimeProvider time
)
{
    private readonly TimeSpan _defaultTimeToLive = options.Value.DefaultTimeToLive;
    private readonly ISet<string> _mandatory = options.Value.MandatoryCategories;

    /// <summary>Determines whether preferences and quiet hours do not apply to a category.</summary>
    public bool IsMandatory(string? category) => category is not null && _mandatory.Contains(category);

    /// <summary>Computes when a new delivery falls due.</summary>
    /// <param name="notification">The notification, which may have a schedule.</param>
    /// <param name="channel">The channel of the delivery.</param>
    /// <param name="after">How long after the schedule the delivery's fallback step follows.</param>
    /// <param name="clock">The recipient's clock.</param>
    public DateTimeOffset GetFirstDueTime(Notification notification, Channel channel, TimeSpan after, RecipientClock clock)
    {
        var trigger = notification.Trigger;
        var scheduled = trigger.SendAtLocal is { } local
            ? LocalTime.ToUtc(local, clock.TimeZone)
            : trigger.SendAt ?? notification.AcceptedAt;
        var dueAt = (scheduled > notification.AcceptedAt ? scheduled : notification.AcceptedAt) + after;

        // The subscribers of a topic are planned some time after the notification was accepted, and their quiet hours may have
        // begun meanwhile.
        var now = time.GetUtcNow();
        var sendAt = dueAt > now ? dueAt : now;
        var quietUntil = GetDueTime(sendAt, channel, trigger.Priority, trigger.Category, clock);
        return quietUntil > sendAt ? quietUntil : dueAt;
    }

    /// <summary>
    /// Computes when a delivery that has waited may be sent: for a retry, a fallback step, a replay, and right before it is sent.
    /// </summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="earliest">When it would be sent without quiet hours; the current time if it is about to be sent.</param>
    /// <param name="clock">The recipient's current clock.</param>
    /// <returns>
    /// <paramref name="earliest"/>, or the end of the quiet hours that contain it. <see cref="HasExpired"/> determines whether
    /// that is too late.
    /// </returns>
    public DateTimeOffset GetDueTime(Delivery delivery, DateTimeOffset earliest, RecipientClock clock) =>
        GetDueTime(earliest, delivery.Channel, delivery.Priority, delivery.Category, clock);

    /// <summary>Computes when a new delivery expires.</summary>
    public DateTimeOffset GetExpiry(Trigger trigger, Channel channel, DateTimeOffset dueAt) =>
        trigger.ExpiresAt ?? dueAt + GetTimeToLive(channel);

    /// <summary>Determines whether a delivery may no longer be sent at a time.</summary>
    public static bool HasExpired(Delivery delivery, DateTimeOffset at) => at >= delivery.ExpiresAt;

    /// <summary>Determines whether quiet hours do not apply, so that the recipient's clock need not be read.</summary>
    public bool IgnoresQuietHours(Channel channel, Priority priority, string? category) =>
        priority == Priority.High
        || IsMandatory(category)
        || !(channels.Get(channel.Name).AppliesQuietHours ?? channel != Channel.Inbox);

    private DateTimeOffset GetDueTime(
        DateTimeOffset earliest,
        Channel channel,
        Priority priority,
        string? category,
        RecipientClock clock
    ) => clock.QuietHours is null || IgnoresQuietHours(channel, priority, category) ? earliest : clock.LeaveQuietHours(earliest);

    private TimeSpan GetTimeToLive(Channel channel)
    {
        if (channels.Get(channel.Name).TimeToLive is { } configured)
            return configured;
        return ChannelOptions.GetDefaultTimeToLive(channel) is { } longest && longest < _defaultTimeToLive
            ? longest
            : _defaultTimeToLive;
    }
}

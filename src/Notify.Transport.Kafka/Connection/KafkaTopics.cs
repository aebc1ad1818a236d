using Microsoft.Extensions.Options;
using Notify.Transport.Kafka.Events;
using Notify.Transport.Kafka.Hints;

namespace Notify.Transport.Kafka.Connection;

/// <summary>
/// The names of the topics: one per lane, one for messages that are not hints, and those of events. The options are read when a
/// name is first needed, which is after they were validated.
/// </summary>
internal sealed class KafkaTopics(IOptions<KafkaTransportOptions> options)
{
    private readonly Lazy<string[]> _lanes = new(() =>
        [.. Lane.All.Select(lane => $"{options.Value.TopicPrefix}deliveries-{Lane.GetName(lane)}")]
    );

    private readonly Lazy<EventTopic> _notifications = CreateEvents(options, "notification-events", "notification");
    private readonly Lazy<EventTopic> _devices = CreateEvents(options, "device-events", "device");
    private readonly Lazy<EventTopic> _analytics = CreateEvents(options, "analytics-events", "delivery");

    public IReadOnlyList<string> Lanes => _lanes.Value;

    public string DeadLetters => $"{options.Value.TopicPrefix}notify-dead-letter";

    public EventTopic NotificationEvents => _notifications.Value;

    public EventTopic DeviceEvents => _devices.Value;

    public EventTopic AnalyticsEvents => _analytics.Value;

    /// <summary>Gets every topic of events.</summary>
    public IEnumerable<EventTopic> Events => [NotificationEvents, DeviceEvents, AnalyticsEvents];

    public string GetName(Priority lane) => _lanes.Value[(int)lane];

    public Priority GetLane(string topic) => (Priority)Array.IndexOf(_lanes.Value, topic);

    private static Lazy<EventTopic> CreateEvents(IOptions<KafkaTransportOptions> options, string name, string subject) =>
        new(() => new EventTopic(options.Value.TopicPrefix + name, subject));
}

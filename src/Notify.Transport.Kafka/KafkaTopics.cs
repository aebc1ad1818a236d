using Microsoft.Extensions.Options;

namespace Notify.Transport.Kafka;

/// <summary>The names of the topics: one per lane, one for what is no hint, and those of events.</summary>
internal sealed class KafkaTopics(IOptions<KafkaTransportOptions> options)
{
    private readonly Lazy<string[]> _lanes = new(
        () => [.. Lane.All.Select(lane => $"{options.Value.TopicPrefix}deliveries-{Lane.NameOf(lane)}")]);

    private readonly Lazy<EventTopic> _notificationEvents = new(() => new($"{options.Value.TopicPrefix}notification-events", "notification"));

    private readonly Lazy<EventTopic> _deviceEvents = new(() => new($"{options.Value.TopicPrefix}device-events", "device"));

    private readonly Lazy<EventTopic> _analyticsEvents = new(() => new($"{options.Value.TopicPrefix}analytics-events", "delivery"));

    public IReadOnlyList<string> Lanes => _lanes.Value;

    public EventTopic NotificationEvents => _notificationEvents.Value;

    public EventTopic DeviceEvents => _deviceEvents.Value;

    public EventTopic AnalyticsEvents => _analyticsEvents.Value;

    public string DeadLetters => $"{options.Value.TopicPrefix}notify-dead-letter";

    public string Of(Priority lane) => _lanes.Value[(int)lane];

    public Priority LaneOf(string topic) => (Priority)Array.IndexOf(_lanes.Value, topic);
}

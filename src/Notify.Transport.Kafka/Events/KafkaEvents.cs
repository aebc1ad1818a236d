using Microsoft.Extensions.Options;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Events;

/// <summary>
/// Publishes events to the topics that are switched on, keyed by user id. If workers count events, those of this process are
/// marked.
/// </summary>
internal sealed class KafkaEvents(EventPublisher publisher, KafkaTopics topics, IOptions<KafkaTransportOptions> options)
    : IEventSink
{
    // Read when an event is first published, which is after the options were validated.
    private KafkaTransportOptions Options => options.Value;

    public bool Wants(string type) => FindTopic(type) is not null;

    public void Publish(NotifyEvent happened)
    {
        if (FindTopic(happened.Type) is { } topic)
            publisher.Publish(topic, GetKey(happened.Data), happened.ToUtf8Json(), isCounted: Options.CountFromEvents);
    }

    private EventTopic? FindTopic(string type)
    {
        if (type.StartsWith("delivery.", StringComparison.Ordinal) || type.StartsWith("receipt.", StringComparison.Ordinal))
            return Options.AnalyticsEvents ? topics.AnalyticsEvents : null;
        if (type.StartsWith("notification.", StringComparison.Ordinal))
            return Options.NotificationEvents ? topics.NotificationEvents : null;
        return Options.DeviceEvents && type.StartsWith("device.", StringComparison.Ordinal) ? topics.DeviceEvents : null;
    }

    private static string? GetKey(NotifyEventData data) =>
        data switch
        {
            DeliveryEventData delivery => delivery.User ?? delivery.NotificationId.ToString(),
            ReceiptEventData receipt => receipt.DeliveryId.ToString(),
            NotificationAcceptedData accepted => accepted.User ?? accepted.NotificationId.ToString(),
            NotificationCancelledData cancelled => cancelled.NotificationId.ToString(),
            DeviceEventData device => device.User ?? device.DeviceId,
            _ => null,
        };
}

/// <summary>Determines whether workers count the events of this process.</summary>
internal sealed class KafkaAnalyticsStream(IOptions<KafkaTransportOptions> options) : IAnalyticsStream
{
    public bool IsInUse => options.Value.CountFromEvents;
}

using Microsoft.Extensions.Options;
using Notify.Analytics;
using Notify.Recipients;
using Notify.Triggering;

namespace Notify.Transport.Kafka;

/// <summary>Publishes what this process accepted and settled, and what happened to its devices, keyed by user id.</summary>
internal sealed class KafkaEvents(EventPublisher publisher, KafkaTopics topics, IOptions<KafkaTransportOptions> options)
    : INotificationEventSink, IDeviceEventSink, IDeliveryEventSink
{
    public bool IsWanted => options.Value.AnalyticsEvents;

    public void Publish(NotificationEvent accepted)
    {
        if (options.Value.NotificationEvents)
            publisher.Publish(topics.NotificationEvents, accepted.UserId ?? accepted.NotificationId.ToString(), accepted, EventJson.Default.NotificationEvent);
    }

    public void Publish(DeviceEvent happened)
    {
        if (options.Value.DeviceEvents)
            publisher.Publish(topics.DeviceEvents, happened.UserId ?? happened.DeviceId, happened, EventJson.Default.DeviceEvent);
    }

    public void Publish(DeliveryEvent settled) =>
        publisher.Publish(topics.AnalyticsEvents, settled.UserId ?? settled.NotificationId.ToString(), settled, EventJson.Default.DeliveryEvent);
}

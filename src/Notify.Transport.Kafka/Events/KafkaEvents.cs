using Microsoft.Extensions.Options;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Events;

/// <summary>Publishes accepted notifications, settlements and changes of devices, keyed by user id.</summary>
internal sealed class KafkaEvents(EventPublisher publisher, KafkaTopics topics, IOptions<KafkaTransportOptions> options)
    : INotificationEventSink,
        IDeviceEventSink,
        IDeliveryEventSink
{
    public bool IsWanted => options.Value.AnalyticsEvents;

    public void Publish(NotificationEvent accepted)
    {
        var key = accepted.UserId ?? accepted.NotificationId.ToString();
        if (options.Value.NotificationEvents)
            publisher.Publish(topics.NotificationEvents, key, accepted, EventJson.Default.NotificationEvent);
    }

    public void Publish(DeviceEvent happened)
    {
        var key = happened.UserId ?? happened.DeviceId;
        if (options.Value.DeviceEvents)
            publisher.Publish(topics.DeviceEvents, key, happened, EventJson.Default.DeviceEvent);
    }

    public void Publish(DeliveryEvent settled)
    {
        var key = settled.UserId ?? settled.NotificationId.ToString();
        publisher.Publish(topics.AnalyticsEvents, key, settled, EventJson.Default.DeliveryEvent);
    }
}

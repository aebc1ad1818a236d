using System.Globalization;
using Confluent.Kafka.Admin;

namespace Notify.Transport.Kafka.Connection;

/// <summary>Specifies the topics to create: partitions, replicas and retention.</summary>
internal static class TopicSpecifications
{
    // A delivery whose hint is this old fell due long ago.
    private static readonly TimeSpan HintsAreKept = TimeSpan.FromHours(1);

    // Notification events wake processes, which need them only for a moment. Other events are for systems that may be down over a
    // weekend.
    private static readonly TimeSpan NotificationEventsAreKept = TimeSpan.FromDays(1);
    private static readonly TimeSpan EventsAreKept = TimeSpan.FromDays(7);

    public static List<TopicSpecification> Create(KafkaTopics topics, KafkaTransportOptions options)
    {
        List<TopicSpecification> wanted =
        [
            .. topics.Lanes.Select(lane => Specify(lane, options.Partitions, HintsAreKept, options)),
            Specify(topics.DeadLetters, options.EventPartitions, EventsAreKept, options),
        ];
        if (options.NotificationEvents)
            wanted.Add(Specify(topics.NotificationEvents.Name, options.EventPartitions, NotificationEventsAreKept, options));
        if (options.DeviceEvents)
            wanted.Add(Specify(topics.DeviceEvents.Name, options.EventPartitions, EventsAreKept, options));
        if (options.AnalyticsEvents)
            wanted.Add(Specify(topics.AnalyticsEvents.Name, options.EventPartitions, EventsAreKept, options));
        return wanted;
    }

    private static TopicSpecification Specify(string name, int partitions, TimeSpan kept, KafkaTransportOptions options) =>
        new()
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = (short)options.ReplicationFactor,
            Configs = new() { ["retention.ms"] = kept.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) },
        };
}

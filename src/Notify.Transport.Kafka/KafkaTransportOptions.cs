using System.ComponentModel.DataAnnotations;

namespace Notify.Transport.Kafka;

/// <summary>The options of the Kafka transport. They are validated at start.</summary>
public sealed class KafkaTransportOptions
{
    /// <summary>
    /// Gets or sets some of the cluster's brokers, such as <c>kafka-1.example.org:9092,kafka-2.example.org:9092</c>. Required.
    /// </summary>
    [Required]
    public string BootstrapServers { get; set; } = "";

    /// <summary>
    /// Gets or sets the prefix of the topics' names and of the consumer group, such as <c>staging.</c>, with which several
    /// applications can share a cluster. At most 200 ASCII letters, digits, dots, underscores and hyphens; empty by default.
    /// </summary>
    [RegularExpression("[A-Za-z0-9._-]{0,200}")]
    public string TopicPrefix { get; set; } = "";

    /// <summary>Gets or sets the consumer group in which processes share the hints. Default <c>notify</c>.</summary>
    [Required]
    [StringLength(255)]
    public string ConsumerGroup { get; set; } = "notify";

    /// <summary>
    /// Gets or sets whether missing topics are created. If the cluster is unavailable at start or refuses the request, a warning
    /// is logged, and the creation is tried again every 30 seconds. Meanwhile, deliveries are sent as they fall due. Default
    /// true.
    /// </summary>
    public bool CreateTopics { get; set; } = true;

    /// <summary>
    /// Gets or sets the number of partitions of each lane that is created. It limits how many processes can consume a lane. 1 to
    /// 10,000; default 12, which divides evenly among 2, 3, 4, 6 and 12 processes.
    /// </summary>
    [Range(1, 10_000)]
    public int Partitions { get; set; } = 12;

    /// <summary>
    /// Gets or sets the number of partitions of the other topics that are created: those of events, and that of dead letters. It
    /// limits how many processes of a consumer group can read events, and with <see cref="CountFromEvents"/> how many count. 1 to
    /// 10,000; default 3.
    /// </summary>
    [Range(1, 10_000)]
    public int EventPartitions { get; set; } = 3;

    /// <summary>Gets or sets the number of brokers that keep each partition of a created topic. 1 to 100; default 3.</summary>
    [Range(1, 100)]
    public int ReplicationFactor { get; set; } = 3;

    /// <summary>
    /// Gets or sets whether the events <c>notification.*</c> are published to <c>notification-events</c>. These events also wake
    /// the processes that turn topics into deliveries; without them, these processes poll the store every
    /// <see cref="NotificationsOptions.PollInterval"/>. Default true.
    /// </summary>
    public bool NotificationEvents { get; set; } = true;

    /// <summary>
    /// Gets or sets whether the events <c>device.*</c> are published to <c>device-events</c>. Default true.
    /// </summary>
    public bool DeviceEvents { get; set; } = true;

    /// <summary>
    /// Gets or sets whether the events <c>delivery.*</c> and <c>receipt.*</c> are published to <c>analytics-events</c>. Default
    /// true.
    /// </summary>
    public bool AnalyticsEvents { get; set; } = true;

    /// <summary>
    /// Gets or sets whether the figures (<see cref="IAnalytics"/>) are counted from the topics of events, by the processes with
    /// <see cref="Workers.Analytics"/>, instead of by each process. Requires all topics of events. Processes with different
    /// settings may run side by side, for example during an update: each event is counted once. Default false.
    /// </summary>
    public bool CountFromEvents { get; set; }

    /// <summary>
    /// Gets or sets how long a delivery is reserved for the process that receives its hint before it falls due for every worker.
    /// A lost hint delays its delivery by this time. 1 second to 10 minutes; default 30 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:10:00")]
    public TimeSpan HandOverTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long the brokers wait for a heartbeat of a process before they give its partitions to others. A killed
    /// process delays the hints in its partitions by this time. A shorter time causes rebalances when a process pauses for that
    /// long. The brokers refuse less than their <c>group.min.session.timeout.ms</c>, which is 6 seconds by default. 1 second to 5
    /// minutes; default 10 seconds.
    /// </summary>
    [TimeRange("00:00:01", "00:05:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets the maximum number of hints that are claimed from the store at once. This process fetches up to four times as
    /// many of each lane ahead. 1 to 10,000; default 500.
    /// </summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>
    /// Gets further settings of librdkafka for every connection, by the names in its CONFIGURATION.md: <c>security.protocol</c>,
    /// <c>sasl.username</c>, <c>ssl.ca.location</c>. They override this package's own choices. Settings that the transport relies
    /// on are refused at start: acknowledgements, idempotence, offsets, the group and its assignment.
    /// </summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

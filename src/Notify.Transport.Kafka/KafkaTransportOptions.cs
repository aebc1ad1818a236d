using System.ComponentModel.DataAnnotations;

namespace Notify.Transport.Kafka;

/// <summary>Which Kafka cluster carries hints of deliveries, and how. Validated at start.</summary>
public sealed class KafkaTransportOptions
{
    /// <summary>
    /// Some of the cluster's brokers, such as <c>kafka-1.example.org:9092,kafka-2.example.org:9092</c>. Required.
    /// </summary>
    [Required]
    public string BootstrapServers { get; set; } = "";

    /// <summary>
    /// What the names of the topics and of the consumer group begin with, such as <c>staging.</c>, so that several applications
    /// can share a cluster. At most 200 ASCII letters, digits, dots, underscores and hyphens; default none.
    /// </summary>
    [RegularExpression("[A-Za-z0-9._-]{0,200}")]
    public string TopicPrefix { get; set; } = "";

    /// <summary>The consumer group that shares the hints out among processes. Default <c>notify</c>.</summary>
    [Required]
    [StringLength(255)]
    public string ConsumerGroup { get; set; } = "notify";

    /// <summary>
    /// Gets or sets whether missing topics are created. When the cluster is away at start or refuses, a warning is logged, the
    /// creation is tried again every 30 seconds, and deliveries are sent meanwhile as they fall due. Default true.
    /// </summary>
    public bool CreateTopics { get; set; } = true;

    /// <summary>
    /// The partitions of topics that are created: at most so many processes consume a lane. 1 to 10,000; default 12, which shares
    /// evenly among 2, 3, 4, 6 and 12 processes.
    /// </summary>
    [Range(1, 10_000)]
    public int Partitions { get; set; } = 12;

    /// <summary>On how many brokers each partition of a created topic is kept. 1 to 100; default 3.</summary>
    [Range(1, 100)]
    public int ReplicationFactor { get; set; } = 3;

    /// <summary>
    /// Whether every accepted notification is published to <c>notification-events</c>, which also wakes the processes that turn
    /// topics into deliveries; without it they look into the store every <see cref="NotificationsOptions.PollInterval"/>. Default
    /// true.
    /// </summary>
    public bool NotificationEvents { get; set; } = true;

    /// <summary>
    /// Gets or sets whether devices that are registered, pruned and removed are published to <c>device-events</c>. Default true.
    /// </summary>
    public bool DeviceEvents { get; set; } = true;

    /// <summary>Whether every settled delivery is published to <c>analytics-events</c>. Default true.</summary>
    public bool AnalyticsEvents { get; set; } = true;

    /// <summary>
    /// How long a delivery is left to whoever receives its hint, before it falls due for every worker; what a lost hint delays it
    /// by. 1 second to 10 minutes; default 30 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HandOverTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long the brokers wait for a sign of life before they give the partitions of a process to others; what a
    /// killed process delays the hints in its partitions by. A shorter time costs rebalances when a process pauses for that long.
    /// The brokers refuse less than their <c>group.min.session.timeout.ms</c>, which is 6 seconds by default. 1 second to 5
    /// minutes; default 10 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many hints are claimed from the store at once, at most. Four times as many of each lane wait in this process before
    /// the brokers are asked for no more. 1 to 10,000; default 500.
    /// </summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>
    /// Further settings of librdkafka for every connection, by the names in its CONFIGURATION.md: <c>security.protocol</c>,
    /// <c>sasl.username</c>, <c>ssl.ca.location</c>. They win over this package's own. What it relies on is refused:
    /// acknowledgements, idempotence, offsets, the group and its assignment.
    /// </summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

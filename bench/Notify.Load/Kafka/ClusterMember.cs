using System.Globalization;
using Notify.Transport.Kafka;

namespace Notify.Load.Kafka;

/// <summary>The settings that the processes of a small cluster share.</summary>
internal sealed record ClusterMember(string PostgreSql, string Kafka, string TopicPrefix, bool Events)
{
    /// <summary>
    /// The number of slots. A vendor that answers at once needs no more. Up to the size of a batch, as many hints are claimed
    /// together as there are free slots.
    /// </summary>
    public const int Slots = 1_000;

    private static readonly KafkaTransportOptions Defaults = new();

    public TimeSpan SessionTimeout { get; init; } = Defaults.SessionTimeout;

    public TimeSpan HandOverTime { get; init; } = Defaults.HandOverTime;

    public string ConsumerGroup { get; init; } = Defaults.ConsumerGroup;

    /// <summary>Gets the kinds of work of a process that <see cref="SenderProcess"/> starts.</summary>
    public Workers Workers { get; init; } = Workers.All;

    public bool CountFromEvents { get; init; }

    public static ClusterMember From(Arguments arguments) =>
        new(
            arguments.RequiredText("postgresql"),
            arguments.RequiredText("kafka"),
            arguments.RequiredText("topics"),
            bool.Parse(arguments.RequiredText("events"))
        )
        {
            SessionTimeout = ParseSpan(arguments.RequiredText("session-timeout")),
            HandOverTime = ParseSpan(arguments.RequiredText("hand-over-time")),
            ConsumerGroup = arguments.RequiredText("group"),
            Workers = Enum.Parse<Workers>(arguments.RequiredText("workers")),
            CountFromEvents = bool.Parse(arguments.RequiredText("count-from-events")),
        };

    public IEnumerable<string> ToArguments() =>
        [
            "--postgresql",
            PostgreSql,
            "--kafka",
            Kafka,
            "--topics",
            TopicPrefix,
            "--events",
            Events.ToString(),
            "--session-timeout",
            SessionTimeout.ToString("c", CultureInfo.InvariantCulture),
            "--hand-over-time",
            HandOverTime.ToString("c", CultureInfo.InvariantCulture),
            "--group",
            ConsumerGroup,
            "--workers",
            Workers.ToString().Replace(" ", "", StringComparison.Ordinal),
            "--count-from-events",
            CountFromEvents.ToString(),
        ];

    public void Join(INotificationsBuilder builder, Workers workers)
    {
        builder.UsePostgreSql(PostgreSql).UseKafka(Configure);
        builder.Services.Configure<NotificationsOptions>(options =>
            (options.Workers, options.MaxConcurrencyPerProvider) = (workers, Slots)
        );
    }

    private void Configure(KafkaTransportOptions options)
    {
        (options.BootstrapServers, options.TopicPrefix) = (Kafka, TopicPrefix);
        (options.SessionTimeout, options.HandOverTime) = (SessionTimeout, HandOverTime);
        (options.ConsumerGroup, options.CountFromEvents) = (ConsumerGroup, CountFromEvents);
        options.NotificationEvents = options.DeviceEvents = options.AnalyticsEvents = Events;
    }

    private static TimeSpan ParseSpan(string text) => TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture);
}

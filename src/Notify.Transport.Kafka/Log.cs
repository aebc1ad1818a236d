using Microsoft.Extensions.Logging;

namespace Notify.Transport.Kafka;

internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Warning,
        "Kafka is not accepting hints ({Reason}); deliveries are due at once for every process that polls the store"
    )]
    public static partial void PublishingFailed(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Information, "Kafka is accepting hints again")]
    public static partial void PublishingRecovered(ILogger logger);

    [LoggerMessage(3, LogLevel.Warning, "No hints are arriving from Kafka ({Reason}); deliveries are sent as they fall due")]
    public static partial void ConsumingFailed(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Information, "Hints are arriving from Kafka again")]
    public static partial void ConsumingRecovered(ILogger logger);

    [LoggerMessage(5, LogLevel.Warning, "A message in {Topic} is not a hint ({Reason}); it was moved to {DeadLetterTopic}")]
    public static partial void MessageRefused(ILogger logger, string topic, string reason, string deadLetterTopic);

    [LoggerMessage(6, LogLevel.Information, "Created {Topic} with {Partitions} partitions")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "The topics could not be created ({Reason}); trying again. Meanwhile, deliveries are sent as they fall due"
    )]
    public static partial void TopicsNotCreated(ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Information, "{Assigned} partitions were assigned to this process and {Revoked} were revoked")]
    public static partial void Rebalanced(ILogger logger, int assigned, int revoked);

    [LoggerMessage(9, LogLevel.Debug, "librdkafka: {Message}")]
    public static partial void ClientLogged(ILogger logger, string message);

    [LoggerMessage(10, LogLevel.Warning, "The idempotent producer had to be replaced ({Reason})")]
    public static partial void ProducerReplaced(ILogger logger, string reason);

    [LoggerMessage(
        11,
        LogLevel.Error,
        "A message in {Topic} is not a hint ({Reason}); {DeadLetterTopic} refused it ({Error}), and it was dropped"
    )]
    public static partial void MessageDropped(ILogger logger, string topic, string reason, string deadLetterTopic, string error);

    [LoggerMessage(12, LogLevel.Debug, "The position in a partition could not be stored ({Reason}); its hints will arrive again")]
    public static partial void OffsetNotStored(ILogger logger, string reason);

    [LoggerMessage(13, LogLevel.Warning, "Kafka is not accepting events ({Reason}); events are being lost")]
    public static partial void EventsLost(ILogger logger, string reason);

    [LoggerMessage(
        14,
        LogLevel.Debug,
        "No notification events are arriving from Kafka ({Reason}); topics are expanded as they fall due"
    )]
    public static partial void EventsNotConsumed(ILogger logger, string reason);

    [LoggerMessage(16, LogLevel.Warning, "{Count} events were lost because Kafka had not accepted them when the process stopped")]
    public static partial void EventsLostAtStop(ILogger logger, long count);

    [LoggerMessage(
        17,
        LogLevel.Warning,
        "Events cannot be counted at the moment ({Reason}); they wait in their topics, and are counted later"
    )]
    public static partial void CountingFailed(ILogger logger, string reason);

    [LoggerMessage(
        18,
        LogLevel.Information,
        "Another worker has counted events of partition {Partition} of {Topic}; this worker reads again from its position"
    )]
    public static partial void CountedByAnother(ILogger logger, string topic, int partition);

    [LoggerMessage(15, LogLevel.Information, "All topics exist")]
    public static partial void TopicsComplete(ILogger logger);
}

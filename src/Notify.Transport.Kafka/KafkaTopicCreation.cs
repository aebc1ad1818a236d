using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Notify.Transport.Kafka;

/// <summary>
/// Creates the topics that are absent, before the workers start. A cluster that is away or forbids it does not keep the
/// application from starting.
/// </summary>
internal sealed class KafkaTopicCreation(
    KafkaClients clients,
    KafkaTopics topics,
    IOptions<KafkaTransportOptions> options,
    ILogger<KafkaTopicCreation> logger
) : IHostedService
{
    private static readonly TimeSpan BrokerTime = TimeSpan.FromSeconds(5);

    // A hint this old has fallen due long before.
    private static readonly TimeSpan HintsAreKept = TimeSpan.FromHours(1);

    // Those that processes wake by are soon of no use; the others are for systems that may be away over a weekend.
    private static readonly TimeSpan NotificationEventsAreKept = TimeSpan.FromDays(1);
    private static readonly TimeSpan EventsAreKept = TimeSpan.FromDays(7);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.CreateTopics)
            return;

        try
        {
            await Task.Run(CreateAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (KafkaException exception)
        {
            Log.TopicsNotCreated(logger, exception.Error.Reason);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CreateAsync()
    {
        using var admin = clients.OpenAdmin();
        var existing = admin.GetMetadata(BrokerTime).Topics.Select(topic => topic.Topic).ToHashSet();
        TopicSpecification[] absent = [.. Wanted().Where(topic => !existing.Contains(topic.Name))];
        if (absent.Length == 0)
            return;

        try
        {
            await admin
                .CreateTopicsAsync(absent, new CreateTopicsOptions { RequestTimeout = BrokerTime, OperationTimeout = BrokerTime })
                .ConfigureAwait(false);
        }
        catch (CreateTopicsException exception)
        {
            // Another process may have created them just now.
            var failed = exception
                .Results.Where(result => result.Error.IsError && result.Error.Code != ErrorCode.TopicAlreadyExists)
                .ToArray();
            if (failed.Length > 0)
                Log.TopicsNotCreated(
                    logger,
                    string.Join("; ", failed.Select(result => $"{result.Topic}: {result.Error.Reason}"))
                );
            return;
        }

        foreach (var topic in absent)
            Log.TopicCreated(logger, topic.Name, topic.NumPartitions);
    }

    private IEnumerable<TopicSpecification> Wanted()
    {
        foreach (var lane in topics.Lanes)
            yield return Specify(lane, HintsAreKept);
        yield return Specify(topics.DeadLetters, EventsAreKept);
        if (options.Value.NotificationEvents)
            yield return Specify(topics.NotificationEvents.Name, NotificationEventsAreKept);
        if (options.Value.DeviceEvents)
            yield return Specify(topics.DeviceEvents.Name, EventsAreKept);
        if (options.Value.AnalyticsEvents)
            yield return Specify(topics.AnalyticsEvents.Name, EventsAreKept);
    }

    private TopicSpecification Specify(string name, TimeSpan kept) =>
        new()
        {
            Name = name,
            NumPartitions = options.Value.Partitions,
            ReplicationFactor = (short)options.Value.ReplicationFactor,
            Configs = new()
            {
                ["retention.ms"] = kept.TotalMilliseconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture),
            },
        };
}

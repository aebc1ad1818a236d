using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Events;

/// <summary>Counts the events in the topics, each once.</summary>
/// <remarks>
/// The position of a partition is stored with its counts, in one step (<see cref="IEventCounter"/>), and a partition is always
/// read from there. The offsets that are committed to the brokers only show operators how far the counting is. When a partition
/// moves to another worker while this one still counts, the store refuses the batch of one of them, which then reads again
/// from the stored position.
/// </remarks>
internal sealed class AnalyticsConsumer(
    KafkaClients clients,
    KafkaTopics topics,
    KafkaTopicCreation creation,
    IEventCounter counter,
    IOptions<NotificationsOptions> notifications,
    IOptions<KafkaTransportOptions> options,
    TimeProvider time,
    ILogger<AnalyticsConsumer> logger
) : BackgroundService
{
    /// <summary>The header of an event that its process has not counted itself.</summary>
    public const string CountHeader = "notify-count";

    /// <summary>Large enough that a store writes few batches, and small enough for one transaction.</summary>
    private const int MaxBatch = 5_000;

    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.CountFromEvents || !notifications.Value.Workers.HasFlag(Workers.Analytics))
            return;

        await creation.WaitUntilCompleteAsync(stoppingToken).ConfigureAwait(false);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumerThread.RunAsync(() => Consume(stoppingToken)).ConfigureAwait(false);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The events wait in the topics, and are read again from the stored positions.
                Log.CountingFailed(logger, ConsumerThread.GetCode(exception));
                await Task.Delay(AfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception)
            {
                // Stopping. What was not counted is read again by the next worker.
            }
        }
    }

    private void Consume(CancellationToken stopping)
    {
        using var consumer = clients
            .CreateAnalyticsConsumerBuilder()
            .SetPartitionsAssignedHandler((_, assigned) => assigned.Select(partition => FindStart(partition, stopping)))
            .Build();
        consumer.Subscribe(topics.Events.Select(topic => topic.Name));
        try
        {
            while (!stopping.IsCancellationRequested)
                CountBatch(consumer, stopping);
        }
        finally
        {
            consumer.Close();
        }
    }

    // librdkafka calls this on the thread that consumes, before the first message of the partition.
    private TopicPartitionOffset FindStart(TopicPartition partition, CancellationToken stopping) =>
        new(partition, Wait(counter.StartAsync(GetSource(partition), stopping)) is { } next ? next : Offset.Beginning);

    private void CountBatch(IConsumer<byte[], byte[]> consumer, CancellationToken stopping)
    {
        var batch = new List<ConsumeResult<byte[], byte[]>>();
        var began = time.GetTimestamp();
        while (batch.Count < MaxBatch && time.GetElapsedTime(began) < BatchTime && !stopping.IsCancellationRequested)
        {
            if (consumer.Consume(Idle) is { } message)
                batch.Add(message);
        }

        // A partition that was revoked meanwhile is counted nevertheless: either this worker or its successor is refused.
        foreach (var partition in batch.GroupBy(message => message.TopicPartition))
            Count(consumer, partition.Key, [.. partition], stopping);
    }

    private void Count(
        IConsumer<byte[], byte[]> consumer,
        TopicPartition partition,
        ConsumeResult<byte[], byte[]>[] messages,
        CancellationToken stopping
    )
    {
        var source = GetSource(partition);
        var next = messages[^1].Offset.Value + 1;
        SourceEvent[] events = [.. messages.Select(Read).OfType<SourceEvent>()];
        if (Wait(counter.CountAsync(source, events, next, stopping)))
        {
            ShowProgress(consumer, new TopicPartitionOffset(partition, next));
            return;
        }

        Log.CountedByAnother(logger, partition.Topic, partition.Partition.Value);
        var start = FindStart(partition, stopping);
        if (consumer.Assignment.Contains(partition))
            consumer.Seek(start);
    }

    private static SourceEvent? Read(ConsumeResult<byte[], byte[]> message)
    {
        if (message.Message.Value is not { } body || message.Message.Headers?.Any(header => header.Key == CountHeader) != true)
            return null;

        try
        {
            return new SourceEvent(message.Offset.Value, NotifyEvent.Parse(body));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void ShowProgress(IConsumer<byte[], byte[]> consumer, TopicPartitionOffset next)
    {
        try
        {
            consumer.Commit([next]);
        }
        catch (KafkaException)
        {
            // The partition was revoked, or the brokers do not answer. The stored position counts.
        }
    }

    private static string GetSource(TopicPartition partition) =>
        string.Create(CultureInfo.InvariantCulture, $"kafka/{partition.Topic}/{partition.Partition.Value}");

    // The consumer has its own thread, which has nothing else to do.
    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}

using Confluent.Kafka;
using Notify.Transport.Kafka.Hints;

namespace Notify.Transport.Kafka.Connection;

/// <summary>Measures regularly how many hints wait in this process's partitions.</summary>
internal sealed class LagSampler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BrokerTime = TimeSpan.FromSeconds(1);

    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly ConsumedPartitions _partitions;
    private readonly KafkaTopics _topics;
    private readonly KafkaTelemetry _telemetry;
    private readonly PeriodicTimer _timer;
    private readonly Task _sampling;
    private volatile bool _isStopping;

    public LagSampler(
        IConsumer<byte[], byte[]> consumer,
        ConsumedPartitions partitions,
        KafkaTopics topics,
        KafkaTelemetry telemetry,
        TimeProvider time
    )
    {
        (_consumer, _partitions, _topics, _telemetry) = (consumer, partitions, topics, telemetry);
        _timer = new PeriodicTimer(Interval, time);
        _sampling = SampleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _timer.Dispose();
        await _sampling.ConfigureAwait(false);
        _telemetry.SetLag(new Dictionary<Priority, long>());
    }

    private async Task SampleAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            try
            {
                Sample();
            }
            catch (KafkaException)
            {
                // While the brokers do not answer, the last measurement is the best that is known.
            }
        }
    }

    private void Sample()
    {
        var lag = Lane.All.ToDictionary(lane => lane, _ => 0L);
        foreach (var (next, isPaused) in _partitions.ListPositions())
        {
            if (_isStopping)
                return;
            lag[_topics.GetLane(next.Topic)] += CountWaiting(next, isPaused);
        }

        _telemetry.SetLag(lag);
    }

    // The end of a partition arrives with fetched messages. For a paused partition, the brokers have to be asked.
    private long CountWaiting(TopicPartitionOffset next, bool isPaused)
    {
        var partition = next.TopicPartition;
        if (next.Offset != Offset.Unset && !isPaused)
            return Math.Max(0, _consumer.GetWatermarkOffsets(partition).High.Value - next.Offset.Value);

        var known = _consumer.QueryWatermarkOffsets(partition, BrokerTime);
        return Math.Max(0, known.High.Value - FindStart(next, known.Low).Value);
    }

    // While no message has arrived from a partition, the committed offset of the group is its position.
    private Offset FindStart(TopicPartitionOffset next, Offset low)
    {
        if (next.Offset != Offset.Unset)
            return next.Offset;
        var committed = _consumer.Committed([next.TopicPartition], BrokerTime)[0].Offset;
        return committed.IsSpecial ? low : committed;
    }
}

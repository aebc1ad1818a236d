using System.Collections.Concurrent;
using System.Threading.Channels;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Hints;

/// <summary>
/// One membership of the consumer group. It fetches on its own thread, because librdkafka's calls block and rebalances happen
/// within them. The thread continues to poll while lanes are paused, so that a process without free slots stays a member.
/// </summary>
internal sealed class HintConsumer : IAsyncDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Paused = TimeSpan.FromMilliseconds(10);

    private readonly ILogger _logger;
    private readonly KafkaTopics _topics;
    private readonly HintLanes _lanes;
    private readonly ConsumedPartitions _partitions = new();
    private readonly ConcurrentQueue<TopicPartitionOffset> _taken = new();
    private readonly Channel<bool> _changed = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly CancellationTokenSource _stopping = new();
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly LagSampler _lag;
    private readonly Task _fetching;
    private bool _isFailing;

    public HintConsumer(
        KafkaClients clients,
        KafkaTopics topics,
        KafkaTelemetry telemetry,
        KafkaTransportOptions options,
        TimeProvider time,
        ILogger logger
    )
    {
        (_topics, _logger) = (topics, logger);
        _lanes = new HintLanes(topics, options.BatchSize);
        _consumer = clients
            .CreateHintConsumerBuilder()
            .SetPartitionsAssignedHandler((_, assigned) => Assigned(assigned))
            .SetPartitionsRevokedHandler((_, revoked) => Revoked(revoked))
            .SetPartitionsLostHandler((_, lost) => Forget(lost))
            .Build();
        _consumer.Subscribe(topics.Lanes);
        _fetching = Task.Factory.StartNew(Fetch, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // Wakes the reader when fetching has ended.
        _fetching.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _lag = new LagSampler(_consumer, _partitions, topics, telemetry, time);
    }

    /// <summary>Takes hints for which there are free slots; empty when there are no slots or no hints.</summary>
    public List<ConsumeResult<byte[], byte[]>> Take(IDeliverySlots slots) => _lanes.Take(slots);

    /// <summary>Waits until there may be more to take. Throws when fetching has failed.</summary>
    public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken)
    {
        await _changed.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (_fetching.IsFaulted)
            await _fetching.ConfigureAwait(false);
    }

    public void Wake() => _changed.Writer.TryWrite(true);

    /// <summary>
    /// Marks the offsets of taken hints for the next commit. The last offset of a partition covers the earlier ones.
    /// </summary>
    public void Commit(List<ConsumeResult<byte[], byte[]>> taken)
    {
        foreach (var ofPartition in taken.GroupBy(message => message.TopicPartition))
            _taken.Enqueue(new TopicPartitionOffset(ofPartition.Key, ofPartition.Last().Offset + 1));
    }

    /// <summary>Commits what was taken and leaves the group, so that others get the partitions at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lag.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _fetching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _consumer.Dispose();
        _stopping.Dispose();
    }

    private void Fetch()
    {
        while (!_stopping.IsCancellationRequested)
        {
            StoreOffsets();
            var wait = PauseOrResume() ? Paused : Idle;
            while (FetchOne(wait) && !_stopping.IsCancellationRequested && !AnyFull())
                wait = TimeSpan.Zero;
        }

        StoreOffsets();
        _consumer.Close();
    }

    private bool FetchOne(TimeSpan wait)
    {
        try
        {
            if (_consumer.Consume(wait) is not { } message)
                return false;

            _partitions.Received(message.TopicPartitionOffset);
            _lanes.Add(message);
            Wake();
            if (_isFailing)
                Log.ConsumingRecovered(_logger);
            _isFailing = false;
            return true;
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            if (!_isFailing)
                Log.ConsumingFailed(_logger, exception.Error.Code.ToString());
            _isFailing = true;
            return false;
        }
    }

    private void StoreOffsets()
    {
        while (_taken.TryDequeue(out var next))
        {
            try
            {
                if (_partitions.Took(next))
                    _consumer.StoreOffset(next);
            }
            catch (KafkaException exception)
            {
                // The partition was reassigned meanwhile. Its new process receives these hints again, and their claims are
                // refused.
                Log.OffsetNotStored(_logger, exception.Error.Code.ToString());
            }
        }
    }

    private bool AnyFull() => Array.Exists(Lane.All, _lanes.IsFull);

    /// <summary>Pauses the lanes that are full, and resumes the others.</summary>
    /// <returns>Whether any lane is paused.</returns>
    private bool PauseOrResume()
    {
        foreach (var lane in Lane.All)
        {
            var topic = _topics.GetName(lane);
            if (_lanes.IsFull(lane))
                _consumer.Pause(_partitions.Pause(topic));
            else
                _consumer.Resume(_partitions.Resume(topic));
        }

        return _partitions.AnyPaused;
    }

    private void Assigned(List<TopicPartition> assigned)
    {
        _partitions.Add(assigned);
        Log.Rebalanced(_logger, assigned.Count, 0);
    }

    private void Revoked(List<TopicPartitionOffset> revoked)
    {
        // Offsets that are stored now are committed with the revocation.
        StoreOffsets();
        Forget(revoked);
    }

    // Hints that were fetched and not taken are fetched again by the new process of their partition.
    private void Forget(List<TopicPartitionOffset> gone)
    {
        var partitions = gone.Select(partition => partition.TopicPartition).ToHashSet();
        _partitions.Remove(partitions);
        _lanes.Forget(partitions);
        Log.Rebalanced(_logger, 0, gone.Count);
    }
}

using Confluent.Kafka;

namespace Notify.Transport.Kafka.Hints;

/// <summary>The partitions that are assigned to this process, and its position in each.</summary>
internal sealed class ConsumedPartitions
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TopicPartition, Offset> _next = [];
    private readonly HashSet<TopicPartition> _paused = [];

    public bool AnyPaused
    {
        get
        {
            lock (_lock)
                return _paused.Count > 0;
        }
    }

    public void Add(IEnumerable<TopicPartition> partitions)
    {
        lock (_lock)
        {
            foreach (var partition in partitions)
                _next[partition] = Offset.Unset;
        }
    }

    public void Remove(IEnumerable<TopicPartition> partitions)
    {
        lock (_lock)
        {
            foreach (var partition in partitions)
            {
                _next.Remove(partition);
                _paused.Remove(partition);
            }
        }
    }

    public void Received(TopicPartitionOffset message)
    {
        lock (_lock)
        {
            if (_next.TryGetValue(message.TopicPartition, out var next) && next == Offset.Unset)
                _next[message.TopicPartition] = message.Offset;
        }
    }

    /// <summary>Records the position after hints that were taken.</summary>
    /// <returns>Whether the partition is still assigned to this process.</returns>
    public bool Took(TopicPartitionOffset next)
    {
        lock (_lock)
        {
            if (!_next.ContainsKey(next.TopicPartition))
                return false;
            _next[next.TopicPartition] = next.Offset;
            return true;
        }
    }

    /// <summary>Marks the partitions of a topic as paused.</summary>
    /// <returns>The partitions that were not paused before.</returns>
    public List<TopicPartition> Pause(string topic)
    {
        lock (_lock)
            return [.. _next.Keys.Where(partition => partition.Topic == topic && _paused.Add(partition))];
    }

    /// <summary>Marks the partitions of a topic as not paused.</summary>
    /// <returns>The partitions that were paused before.</returns>
    public List<TopicPartition> Resume(string topic)
    {
        lock (_lock)
            return [.. _next.Keys.Where(partition => partition.Topic == topic && _paused.Remove(partition))];
    }

    /// <summary>Lists the positions; unset for a partition from which no message has arrived yet.</summary>
    public List<(TopicPartitionOffset Next, bool IsPaused)> ListPositions()
    {
        lock (_lock)
        {
            return
            [
                .. _next.Select(partition =>
                    (new TopicPartitionOffset(partition.Key, partition.Value), _paused.Contains(partition.Key))
                ),
            ];
        }
    }
}

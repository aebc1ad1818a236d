using Confluent.Kafka;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Hints;

/// <summary>
/// Messages that were fetched and not yet handed over, by lane. Fetching stops for a full lane, so that the backlog stays with
/// the brokers. Hints are taken from the lanes by weight: heavier lanes come first, and none starves.
/// </summary>
/// <param name="topics">Finds the lane of a message.</param>
/// <param name="batch">The maximum number of hints that are handed over at once.</param>
internal sealed class HintLanes(KafkaTopics topics, int batch)
{
    // Enough to ask the brokers for more before the last hint was handed over.
    private const int BatchesAhead = 4;

    private readonly int _capacity = batch * BatchesAhead;
    private readonly Lock _lock = new();
    private readonly Waiting[] _lanes =
    [
        new(Priority.High, weight: 16),
        new(Priority.Normal, weight: 4),
        new(Priority.Bulk, weight: 1),
    ];

    public void Add(ConsumeResult<byte[], byte[]> message)
    {
        lock (_lock)
            _lanes[(int)topics.GetLane(message.Topic)].Messages.Enqueue(message);
    }

    /// <summary>Determines whether fetching stops for a lane: from when it is full until half of it was taken.</summary>
    public bool IsFull(Priority lane)
    {
        lock (_lock)
        {
            var waiting = _lanes[(int)lane];
            waiting.IsFull = waiting.Messages.Count >= _capacity || (waiting.IsFull && waiting.Messages.Count > _capacity / 2);
            return waiting.IsFull;
        }
    }

    /// <summary>Removes messages of partitions that were reassigned to another process.</summary>
    public void Forget(IReadOnlySet<TopicPartition> partitions)
    {
        lock (_lock)
        {
            foreach (var lane in _lanes)
                lane.Messages = new(lane.Messages.Where(message => !partitions.Contains(message.TopicPartition)));
        }
    }

    /// <summary>Takes as many hints as a worker has free slots for, at most a batch.</summary>
    public List<ConsumeResult<byte[], byte[]>> Take(IDeliverySlots slots)
    {
        var taken = new List<ConsumeResult<byte[], byte[]>>();
        lock (_lock)
        {
            foreach (var lane in _lanes)
                lane.Slots = lane.Messages.Count > 0 ? slots.CountFree(lane.Priority) : 0;
            while (taken.Count < batch && NextByWeight(taken.Count) is { } lane)
                taken.Add(lane.Messages.Dequeue());
        }

        return taken;
    }

    // The lanes share the slots, so each hint that was taken leaves fewer for all lanes.
    private Waiting? NextByWeight(int taken)
    {
        Waiting? next = null;
        var total = 0;
        foreach (var lane in _lanes)
        {
            if (lane.Messages.Count == 0 || lane.Slots <= taken)
                continue;

            total += lane.Weight;
            lane.Turn += lane.Weight;
            if (next is null || lane.Turn > next.Turn)
                next = lane;
        }

        if (next is not null)
            next.Turn -= total;
        return next;
    }

    private sealed class Waiting(Priority priority, int weight)
    {
        public Priority Priority { get; } = priority;

        public int Weight { get; } = weight;

        public Queue<ConsumeResult<byte[], byte[]>> Messages { get; set; } = new();

        public int Turn { get; set; }

        public int Slots { get; set; }

        public bool IsFull { get; set; }
    }
}

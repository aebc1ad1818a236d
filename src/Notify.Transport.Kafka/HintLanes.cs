using Confluent.Kafka;
using Notify.Queueing;

namespace Notify.Transport.Kafka;

/// <summary>
/// Messages that were fetched and not yet handed over, by lane. A lane that is full is fetched no more, so that the backlog stays
/// with the brokers; lanes are taken from by weight, so that the heavier come first and none starves.
/// </summary>
/// <param name="topics">Says which lane a message is of.</param>
/// <param name="batch">At most so many are handed over at once.</param>
internal sealed class HintLanes(KafkaTopics topics, int batch)
{
    // Enough that the brokers are asked for more before the last of it was handed over.
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
            _lanes[(int)topics.LaneOf(message.Topic)].Messages.Enqueue(message);
    }

    /// <summary>Whether a lane is to be fetched no more: from when it is full until half of it was taken.</summary>
    public bool IsFull(Priority lane)
    {
        lock (_lock)
        {
            var waiting = _lanes[(int)lane];
            waiting.IsFull = waiting.Messages.Count >= _capacity || (waiting.IsFull && waiting.Messages.Count > _capacity / 2);
            return waiting.IsFull;
        }
    }

    /// <summary>Forgets what came from partitions that are another process's now.</summary>
    public void Forget(IReadOnlySet<TopicPartition> partitions)
    {
        lock (_lock)
        {
            foreach (var lane in _lanes)
                lane.Messages = new(lane.Messages.Where(message => !partitions.Contains(message.TopicPartition)));
        }
    }

    /// <summary>Takes as many as a worker has room for, at most a batch.</summary>
    public List<ConsumeResult<byte[], byte[]>> Take(IDeliveryRoom room)
    {
        var taken = new List<ConsumeResult<byte[], byte[]>>();
        lock (_lock)
        {
            foreach (var lane in _lanes)
                lane.Room = lane.Messages.Count > 0 ? room.Of(lane.Priority) : 0;
            while (taken.Count < batch && NextByWeight(taken.Count) is { } lane)
                taken.Add(lane.Messages.Dequeue());
        }

        return taken;
    }

    // The lanes share the room, so what was taken of any lane leaves less for all.
    private Waiting? NextByWeight(int taken)
    {
        Waiting? next = null;
        var total = 0;
        foreach (var lane in _lanes)
        {
            if (lane.Messages.Count == 0 || lane.Room <= taken)
                continue;

            total += lane.Weight;
            lane.Credit += lane.Weight;
            if (next is null || lane.Credit > next.Credit)
                next = lane;
        }

        if (next is not null)
            next.Credit -= total;
        return next;
    }

    private sealed class Waiting(Priority priority, int weight)
    {
        public Priority Priority { get; } = priority;

        public int Weight { get; } = weight;

        public Queue<ConsumeResult<byte[], byte[]>> Messages { get; set; } = new();

        public int Credit { get; set; }

        public int Room { get; set; }

        public bool IsFull { get; set; }
    }
}

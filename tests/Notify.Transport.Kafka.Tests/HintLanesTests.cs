using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Notify.Transport.Kafka.Connection;
using Notify.Transport.Kafka.Hints;

namespace Notify.Transport.Kafka.Tests;

public sealed class HintLanesTests
{
    private const int Batch = 10;

    private static readonly KafkaTopics Topics = new(Options.Create(new KafkaTransportOptions()));

    private readonly HintLanes _lanes = new(Topics, Batch);

    [Fact]
    public void A_lane_is_full_from_four_batches_until_half_of_them_were_taken()
    {
        Add(Priority.Bulk, 39);
        Assert.False(_lanes.IsFull(Priority.Bulk));
        Add(Priority.Bulk, 1);
        Assert.True(_lanes.IsFull(Priority.Bulk));
        Assert.False(_lanes.IsFull(Priority.High));

        _lanes.Take(new Slots(10));
        Assert.True(_lanes.IsFull(Priority.Bulk));
        _lanes.Take(new Slots(10));
        Assert.False(_lanes.IsFull(Priority.Bulk));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(1_000, Batch)]
    public void No_more_is_taken_than_there_are_free_slots_nor_than_a_batch(int slots, int expected)
    {
        Add(Priority.High, 20);
        Add(Priority.Bulk, 20);

        Assert.Equal(expected, _lanes.Take(new Slots(slots)).Count);
    }

    [Fact]
    public void Heavier_lanes_go_first_and_none_starves()
    {
        Add(Priority.Bulk, 39);
        Add(Priority.High, 39);

        var taken = Enumerable
            .Range(0, 4)
            .SelectMany(_ => _lanes.Take(new Slots(Batch)))
            .Select(message => Topics.GetLane(message.Topic))
            .ToArray();

        Assert.InRange(taken.Count(lane => lane == Priority.Bulk), 1, 4);
    }

    [Fact]
    public void What_came_from_another_processes_partitions_is_forgotten()
    {
        Add(Priority.Normal, 3, partition: 0);
        Add(Priority.Normal, 2, partition: 1);

        _lanes.Forget(new HashSet<TopicPartition> { new(Topics.GetName(Priority.Normal), 0) });

        Assert.All(_lanes.Take(new Slots(Batch)), message => Assert.Equal(1, message.Partition.Value));
    }

    private void Add(Priority lane, int count, int partition = 0)
    {
        for (var i = 0; i < count; i++)
            _lanes.Add(
                new ConsumeResult<byte[], byte[]>
                {
                    Topic = Topics.GetName(lane),
                    Partition = partition,
                    Offset = i,
                }
            );
    }

    private sealed class Slots(int free) : IDeliverySlots
    {
        public event Action? Freed
        {
            add { }
            remove { }
        }

        public int CountFree(Priority priority) => free;
    }
}

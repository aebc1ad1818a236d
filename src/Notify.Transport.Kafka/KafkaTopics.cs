using Microsoft.Extensions.Options;

namespace Notify.Transport.Kafka;

/// <summary>The names of the topics: one per lane, and one for what is no hint.</summary>
internal sealed class KafkaTopics(IOptions<KafkaTransportOptions> options)
{
    private readonly Lazy<string[]> _lanes = new(
        () => [.. Lane.All.Select(lane => $"{options.Value.TopicPrefix}deliveries-{Lane.NameOf(lane)}")]);

    public IReadOnlyList<string> Lanes => _lanes.Value;

    public string DeadLetters => $"{options.Value.TopicPrefix}notify-dead-letter";

    public string Of(Priority lane) => _lanes.Value[(int)lane];

    public Priority LaneOf(string topic) => (Priority)Array.IndexOf(_lanes.Value, topic);
}

using System.Text;
using Confluent.Kafka;

namespace Notify.Engines;

/// <summary>A message in a topic.</summary>
/// <param name="Partition">The number of its partition.</param>
/// <param name="Key">Its key as UTF-8 text, or null if it has none.</param>
/// <param name="Body">Its body.</param>
/// <param name="Headers">Its headers as UTF-8 text.</param>
public sealed record KafkaMessage(int Partition, string? Key, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    internal static KafkaMessage Create(ConsumeResult<byte[], byte[]> consumed) =>
        new(
            consumed.Partition.Value,
            consumed.Message.Key is { } key ? Encoding.UTF8.GetString(key) : null,
            consumed.Message.Value,
            (consumed.Message.Headers ?? []).ToDictionary(
                header => header.Key,
                header => Encoding.UTF8.GetString(header.GetValueBytes())
            )
        );
}

using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Hints;

/// <summary>The transport between processes: a hint goes to the process that has its partition.</summary>
internal sealed class KafkaTransport(
    HintPublisher publisher,
    KafkaClients clients,
    KafkaTopics topics,
    KafkaTopicCreation creation,
    KafkaTelemetry telemetry,
    IOptions<KafkaTransportOptions> options,
    TimeProvider time,
    ILogger<KafkaTransport> logger
) : IDeliveryTransport
{
    /// <summary>
    /// Reserves a delivery for the process that receives its hint, for at most half of the time until it expires. While Kafka is
    /// not accepting hints, the delivery is due at once.
    /// </summary>
    public QueuedDelivery Prepare(Delivery delivery)
    {
        var now = time.GetUtcNow();
        if (delivery.DueAt > now || publisher.IsDown)
            return new QueuedDelivery(delivery, delivery.DueAt);

        var halfItsLife = (delivery.ExpiresAt - now) / 2;
        return new QueuedDelivery(
            delivery,
            now + (halfItsLife < options.Value.HandOverTime ? halfItsLife : options.Value.HandOverTime)
        );
    }

    /// <summary>Publishes hints, also during an outage: the first hint that is accepted ends it.</summary>
    public ValueTask PublishAsync(IReadOnlyList<QueuedDelivery> deliveries, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        publisher.Publish(
            deliveries
                .Where(queued => queued.CancelledBecause is null && queued.Delivery.DueAt <= now)
                .Select(queued => queued.Delivery)
        );
        return ValueTask.CompletedTask;
    }

    public void Withdraw(IReadOnlyList<QueuedDelivery> deliveries) { }

    /// <summary>
    /// Hands hints over and commits their offsets when the worker has taken them. By then the store has answered the claim of
    /// each hint: the delivery is leased, and the lease outlives a crash, or another process has it. To commit only once the
    /// delivery is settled would make nothing safer, because the delivery falls due again when its lease ends, and one slow
    /// attempt would block its partition.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(
        IDeliverySlots slots,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await creation.WaitUntilCompleteAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var consumer = new HintConsumer(clients, topics, telemetry, options.Value, time, logger);
        await using var left = consumer.ConfigureAwait(false);
        slots.Freed += consumer.Wake;
        try
        {
            while (true)
            {
                var taken = consumer.Take(slots);
                if (taken.Count == 0)
                {
                    await consumer.WaitForChangeAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                var hints = await ReadAsync(taken, cancellationToken).ConfigureAwait(false);
                if (hints.Count > 0)
                    yield return hints;
                consumer.Commit(taken);
            }
        }
        finally
        {
            slots.Freed -= consumer.Wake;
        }
    }

    private async ValueTask<List<DeliveryHint>> ReadAsync(
        List<ConsumeResult<byte[], byte[]>> taken,
        CancellationToken cancellationToken
    )
    {
        var hints = new List<DeliveryHint>(taken.Count);
        var refused = new List<Task>();
        foreach (var message in taken)
        {
            if (HintMessage.TryRead(message.Message.Value, out var reference) is { } reason)
                refused.Add(publisher.RefuseAsync(message, reason, cancellationToken));
            else
                hints.Add(new DeliveryHint(reference));
        }

        await Task.WhenAll(refused).ConfigureAwait(false);
        return hints;
    }
}

using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Hints;

/// <summary>
/// Publishes hints without waiting for the brokers. The store already has the delivery, so a lost hint only costs a delay.
/// librdkafka collects the hints into batches.
/// </summary>
internal sealed class HintPublisher : IDisposable
{
    private readonly KafkaTopics _topics;
    private readonly KafkaTelemetry _telemetry;
    private readonly ILogger<HintPublisher> _logger;
    private readonly Action<DeliveryReport<byte[], byte[]>>[] _reported;
    private readonly ReplaceableProducer _producer;
    private int _isDown;

    public HintPublisher(KafkaClients clients, KafkaTopics topics, KafkaTelemetry telemetry, ILogger<HintPublisher> logger)
    {
        (_topics, _telemetry, _logger) = (topics, telemetry, logger);
        _reported =
        [
            .. Lane.All.Select(lane => (Action<DeliveryReport<byte[], byte[]>>)(report => Reported(lane, report.Error))),
        ];
        _producer = new ReplaceableProducer(clients.OpenProducer, BeDown, logger);
    }

    /// <summary>Gets whether the brokers did not accept the latest hints.</summary>
    public bool IsDown => Volatile.Read(ref _isDown) == 1;

    public void Publish(IEnumerable<Delivery> deliveries)
    {
        string? traceParent = null;
        Headers? headers = null;
        foreach (var delivery in deliveries)
        {
            // The deliveries of one notification belong to one trace.
            if (delivery.TraceParent != traceParent)
                headers = CreateHeaders(traceParent = delivery.TraceParent);
            Publish(delivery, headers);
        }
    }

    /// <summary>
    /// Moves a message that is not a hint to the dead-letter topic, and returns when the brokers have it. If they refuse it, it
    /// is dropped: a message that can neither be read nor moved must not block those behind it.
    /// </summary>
    public async Task RefuseAsync(ConsumeResult<byte[], byte[]> message, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await _producer
                .Current()
                .ProduceAsync(_topics.DeadLetters, CreateDeadLetter(message, reason), cancellationToken)
                .ConfigureAwait(false);
            Log.MessageRefused(_logger, message.Topic, reason, _topics.DeadLetters);
        }
        catch (Exception exception) when (ReplaceableProducer.FindError(exception) is not null)
        {
            var error = ReplaceableProducer.FindError(exception)!.Code.ToString();
            Log.MessageDropped(_logger, message.Topic, reason, _topics.DeadLetters, error);
        }

        _telemetry.CountRefused(_topics.GetLane(message.Topic));
    }

    public void Dispose() => _producer.Dispose();

    private void Publish(Delivery delivery, Headers? headers)
    {
        var message = new Message<byte[], byte[]>
        {
            Key = delivery.UserId is { } user ? Encoding.UTF8.GetBytes(user) : delivery.Id.ToByteArray(bigEndian: true),
            Value = HintMessage.Write(new DeliveryReference(delivery.Id, fence: 0)),
            Headers = headers,
        };

        try
        {
            _producer.Current().Produce(_topics.GetName(delivery.Priority), message, _reported[(int)delivery.Priority]);
        }
        catch (Exception exception) when (ReplaceableProducer.FindError(exception) is not null)
        {
            Reported(delivery.Priority, ReplaceableProducer.FindError(exception)!);
        }
    }

    private static Headers? CreateHeaders(string? traceParent) =>
        traceParent is null ? null : new Headers { { "traceparent", Encoding.ASCII.GetBytes(traceParent) } };

    private static Message<byte[], byte[]> CreateDeadLetter(ConsumeResult<byte[], byte[]> message, string reason)
    {
        var headers = new Headers();
        foreach (var header in message.Message.Headers ?? [])
            headers.Add(header.Key, header.GetValueBytes());
        headers.Add("notify-reason", Encoding.UTF8.GetBytes(reason));
        headers.Add("notify-source", Encoding.UTF8.GetBytes($"{message.Topic}/{message.Partition.Value}/{message.Offset.Value}"));

        return new Message<byte[], byte[]>
        {
            Key = message.Message.Key,
            Value = message.Message.Value,
            Headers = headers,
        };
    }

    private void Reported(Priority lane, Error error)
    {
        _telemetry.CountHint(lane, isPublished: !error.IsError);
        if (error.IsError)
            BeDown(error);
        else if (Interlocked.Exchange(ref _isDown, 0) == 1)
            Log.PublishingRecovered(_logger);
    }

    private void BeDown(Error error)
    {
        if (Interlocked.Exchange(ref _isDown, 1) == 0)
            Log.PublishingFailed(_logger, error.Code.ToString());
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Notify.Transport.Kafka;

/// <summary>
/// Publishes events without waiting for the brokers, by a producer of their own: however many wait, they take no hint's place.
/// What its bounded queue has no room for is lost, and counted.
/// </summary>
internal sealed class EventPublisher : IDisposable
{
    private readonly KafkaTelemetry _telemetry;
    private readonly ILogger<EventPublisher> _logger;
    private readonly Lazy<ReplaceableProducer> _producer;
    private int _isDown;

    public EventPublisher(KafkaClients clients, KafkaTelemetry telemetry, ILogger<EventPublisher> logger)
    {
        (_telemetry, _logger) = (telemetry, logger);
        _producer = new(() => new ReplaceableProducer(clients.OpenEventProducer, _ => { }, logger));
    }

    public void Publish<TEvent>(EventTopic topic, string? key, TEvent happened, JsonTypeInfo<TEvent> form)
    {
        try
        {
            var message = new Message<byte[], byte[]>
            {
                Key = key is null ? null! : Encoding.UTF8.GetBytes(key),
                Value = JsonSerializer.SerializeToUtf8Bytes(happened, form),
            };
            _producer.Value.Current().Produce(topic.Name, message, topic.Reported ??= report => Reported(topic, report.Error));
        }
        catch (Exception exception) when (ReplaceableProducer.ErrorOf(exception) is not null)
        {
            Reported(topic, ReplaceableProducer.ErrorOf(exception)!);
        }
    }

    public void Dispose()
    {
        if (_producer.IsValueCreated)
            _producer.Value.Dispose();
    }

    private void Reported(EventTopic topic, Error error)
    {
        _telemetry.CountEvent(topic.Subject, isPublished: !error.IsError);
        if (!error.IsError)
            Interlocked.Exchange(ref _isDown, 0);
        else if (Interlocked.Exchange(ref _isDown, 1) == 0)
            Log.EventsLost(_logger, error.Code.ToString());
    }
}

/// <summary>A topic of events.</summary>
/// <param name="name">Its name.</param>
/// <param name="subject">What its events are about, as a tag of metrics.</param>
internal sealed class EventTopic(string name, string subject)
{
    public string Name { get; } = name;

    public string Subject { get; } = subject;

    /// <summary>What is done with the brokers' answers: one delegate for all of its events.</summary>
    public Action<DeliveryReport<byte[], byte[]>>? Reported { get; set; }
}

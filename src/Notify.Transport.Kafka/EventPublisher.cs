using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Notify.Transport.Kafka;

/// <summary>
/// Publishes events without waiting for the brokers, by a producer of their own: however many wait, they take no hint's place. An
/// event is lost, and counted, when the bounded queue is full or when the brokers did not take it within five minutes.
/// </summary>
/// <remarks>
/// librdkafka itself tries again while brokers are away. It gives a message up at once when the metadata does not contain the
/// topic or its partition, and brokers that have just come back answer with such metadata before they know their topics. These
/// events are published again here until they are five minutes old.
/// </remarks>
internal sealed class EventPublisher : IDisposable
{
    // What librdkafka waits for the brokers by default (message.timeout.ms).
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);
    private const int MostWaiting = 100_000;

    private readonly KafkaTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger<EventPublisher> _logger;
    private readonly Lazy<ReplaceableProducer> _producer;
    private readonly ConcurrentQueue<(EventTopic Topic, Message<byte[], byte[]> Message)> _waiting = new();
    private readonly ITimer _timer;
    private int _isDown;

    public EventPublisher(KafkaClients clients, KafkaTelemetry telemetry, TimeProvider time, ILogger<EventPublisher> logger)
    {
        (_telemetry, _time, _logger) = (telemetry, time, logger);
        _producer = new(() => new ReplaceableProducer(clients.OpenEventProducer, _ => { }, logger));
        _timer = time.CreateTimer(_ => PublishWaiting(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Publish<TEvent>(EventTopic topic, string? key, TEvent happened, JsonTypeInfo<TEvent> form) =>
        Publish(
            topic,
            new Message<byte[], byte[]>
            {
                Key = key is null ? null! : Encoding.UTF8.GetBytes(key),
                Value = JsonSerializer.SerializeToUtf8Bytes(happened, form),
                // It stays the same when the event is published again, and so tells its age.
                Timestamp = new Timestamp(_time.GetUtcNow()),
            }
        );

    public void Dispose()
    {
        _timer.Dispose();
        if (!_producer.IsValueCreated)
            return;

        PublishWaiting();
        _producer.Value.Dispose();
    }

    private void Publish(EventTopic topic, Message<byte[], byte[]> message)
    {
        try
        {
            var reported = topic.Reported ??= report => Complete(topic, report.Message, report.Error);
            _producer.Value.Current().Produce(topic.Name, message, reported);
        }
        catch (Exception exception) when (ReplaceableProducer.ErrorOf(exception) is not null)
        {
            Complete(topic, message, ReplaceableProducer.ErrorOf(exception)!);
        }
    }

    private void PublishWaiting()
    {
        // Only those that wait now: one that fails again at once waits for the next turn.
        for (var left = _waiting.Count; left > 0 && _waiting.TryDequeue(out var next); left--)
            Publish(next.Topic, next.Message);
    }

    private void Complete(EventTopic topic, Message<byte[], byte[]> message, Error error)
    {
        if (IsUnknownTopic(error.Code) && IsYoung(message) && _waiting.Count < MostWaiting)
        {
            _waiting.Enqueue((topic, message));
            _timer.Change(BetweenTries, Timeout.InfiniteTimeSpan);
            return;
        }

        _telemetry.CountEvent(topic.Subject, isPublished: !error.IsError);
        if (!error.IsError)
            Interlocked.Exchange(ref _isDown, 0);
        else if (Interlocked.Exchange(ref _isDown, 1) == 0)
            Log.EventsLost(_logger, error.Code.ToString());
    }

    private static bool IsUnknownTopic(ErrorCode code) =>
        code is ErrorCode.Local_UnknownPartition or ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart;

    private bool IsYoung(Message<byte[], byte[]> message) => _time.GetUtcNow() - message.Timestamp.UtcDateTime < Lifetime;
}

/// <summary>A topic of events.</summary>
/// <param name="name">Its name.</param>
/// <param name="subject">The subject of its events, as a tag of metrics.</param>
internal sealed class EventTopic(string name, string subject)
{
    public string Name { get; } = name;

    public string Subject { get; } = subject;

    /// <summary>Handles the brokers' answers: one delegate for all events of the topic.</summary>
    public Action<DeliveryReport<byte[], byte[]>>? Reported { get; set; }
}

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Notify.Transport.Kafka.Connection;

namespace Notify.Transport.Kafka.Events;

/// <summary>
/// Publishes events without waiting for the brokers. Events have their own producer, so hints never wait behind them. An event is
/// lost, and counted as lost, when the bounded queue is full, when the brokers do not accept it within five minutes, or when the
/// process stops before they do. An event that workers would count, and that the brokers certainly did not take, is counted
/// by this process.
/// </summary>
/// <remarks>
/// librdkafka itself tries again while brokers are unavailable. It gives up a message at once when the metadata does not contain
/// the topic or its partition, and brokers that have just come back answer with such metadata before they know their topics. This
/// class publishes these events again for five minutes after they failed first.
/// </remarks>
internal sealed class EventPublisher : IDisposable
{
    // The default of message.timeout.ms, the time for which librdkafka waits for the brokers.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);
    private const int MostWaiting = 100_000;

    // Shared by all messages, which only read it.
    private static readonly Headers CountHeaders = new() { { AnalyticsConsumer.CountHeader, "1"u8.ToArray() } };

    private readonly KafkaTopics _topics;
    private readonly KafkaTelemetry _telemetry;
    private readonly IEventCounter _counter;
    private readonly TimeProvider _time;
    private readonly ILogger<EventPublisher> _logger;
    private readonly Lazy<ReplaceableProducer> _producer;
    private readonly ConcurrentQueue<FailedEvent> _waiting = new();
    private readonly ITimer _timer;
    private int _isTimerRunning;
    private int _isDown;

    public EventPublisher(
        KafkaClients clients,
        KafkaTopics topics,
        KafkaTelemetry telemetry,
        IEventCounter counter,
        TimeProvider time,
        ILogger<EventPublisher> logger
    )
    {
        (_topics, _telemetry, _counter, _time, _logger) = (topics, telemetry, counter, time, logger);
        _producer = new(() => new ReplaceableProducer(clients.OpenEventProducer, _ => { }, logger));
        _timer = time.CreateTimer(_ => TryAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Publishes an event.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The key; null for any partition.</param>
    /// <param name="json">The event.</param>
    /// <param name="isCounted">Whether workers count the event.</param>
    public void Publish(EventTopic topic, string? key, ReadOnlyMemory<byte> json, bool isCounted)
    {
        topic.AddUnanswered(1);
        Publish(
            topic,
            new Message<byte[], byte[]>
            {
                Key = key is null ? null! : Encoding.UTF8.GetBytes(key),
                Value = GetArray(json),
                Headers = isCounted ? CountHeaders : null!,
            },
            topic.Reported ??= report => Complete(topic, report.Message, report.Error, report.Status, null)
        );
    }

    // The producer wants an array. The JSON of an event fills one, which the streams of events use too.
    private static byte[] GetArray(ReadOnlyMemory<byte> json) =>
        MemoryMarshal.TryGetArray(json, out var segment)
        && segment is { Offset: 0, Array: { } array }
        && array.Length == json.Length
            ? array
            : json.ToArray();

    /// <summary>Publishes the waiting events one last time, and counts those that the brokers do not accept as lost.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        if (!_producer.IsValueCreated)
            return;

        PublishWaiting();
        _producer.Value.Dispose();
        // An event that failed again in the meantime, or for which the brokers did not answer, is not tried again.
        var lost = 0L;
        foreach (var topic in _topics.Events)
        {
            var unanswered = topic.TakeUnanswered();
            _telemetry.CountEvents(topic.Subject, isPublished: false, unanswered);
            lost += unanswered;
        }

        if (lost > 0)
            Log.EventsLostAtStop(_logger, lost);
    }

    private void Publish(
        EventTopic topic,
        Message<byte[], byte[]> message,
        Action<DeliveryReport<byte[], byte[]>> reported,
        DateTimeOffset? failedFirstAt = null
    )
    {
        try
        {
            _producer.Value.Current().Produce(topic.Name, message, reported);
        }
        catch (Exception exception) when (ReplaceableProducer.FindError(exception) is not null)
        {
            // A message that the producer refused was never sent.
            Complete(topic, message, ReplaceableProducer.FindError(exception)!, PersistenceStatus.NotPersisted, failedFirstAt);
        }
    }

    private void PublishAgain(FailedEvent failed) =>
        Publish(
            failed.Topic,
            failed.Message,
            report => Complete(failed.Topic, report.Message, report.Error, report.Status, failed.FailedFirstAt),
            failed.FailedFirstAt
        );

    // Reset first: an event that fails from now on starts the timer again.
    private void TryAgain()
    {
        Interlocked.Exchange(ref _isTimerRunning, 0);
        PublishWaiting();
    }

    private void PublishWaiting()
    {
        // Only those that wait now: one that fails again at once waits for the next turn.
        for (var left = _waiting.Count; left > 0 && _waiting.TryDequeue(out var next); left--)
            PublishAgain(next);
    }

    // The report of a failed message has no timestamp, so its age is counted from its first failure.
    private void Complete(
        EventTopic topic,
        Message<byte[], byte[]> message,
        Error error,
        PersistenceStatus status,
        DateTimeOffset? failedFirstAt
    )
    {
        if (IsUnknownTopic(error.Code) && IsYoung(failedFirstAt) && _waiting.Count < MostWaiting)
        {
            var failedAt = failedFirstAt ?? _time.GetUtcNow();
            message.Timestamp = new Timestamp(failedAt);
            _waiting.Enqueue(new FailedEvent(topic, message, failedAt));
            // A running timer continues: if each failure restarted it, steady failures of one topic would keep it from ever
            // firing for the others.
            if (Interlocked.Exchange(ref _isTimerRunning, 1) == 0)
                _timer.Change(BetweenTries, Timeout.InfiniteTimeSpan);
            return;
        }

        topic.AddUnanswered(-1);
        _telemetry.CountEvents(topic.Subject, isPublished: !error.IsError, count: 1);
        if (error.IsError && status == PersistenceStatus.NotPersisted)
            CountUntaken(message);
        if (!error.IsError)
            Interlocked.Exchange(ref _isDown, 0);
        else if (Interlocked.Exchange(ref _isDown, 1) == 0)
            Log.EventsLost(_logger, error.Code.ToString());
    }

    // Nothing is known about an event that may have been persisted. If this process counted it, it could be counted twice.
    private void CountUntaken(Message<byte[], byte[]> message)
    {
        if (message.Headers is { Count: > 0 })
            _counter.CountUntaken(NotifyEvent.Parse(message.Value));
    }

    private static bool IsUnknownTopic(ErrorCode code) =>
        code is ErrorCode.Local_UnknownPartition or ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart;

    private bool IsYoung(DateTimeOffset? failedFirstAt) => failedFirstAt is not { } first || _time.GetUtcNow() - first < Lifetime;

    /// <summary>An event that waits to be published again.</summary>
    private readonly record struct FailedEvent(EventTopic Topic, Message<byte[], byte[]> Message, DateTimeOffset FailedFirstAt);
}

/// <summary>A topic of events.</summary>
/// <param name="name">The name of the topic.</param>
/// <param name="subject">The subject of its events, as a tag of metrics.</param>
internal sealed class EventTopic(string name, string subject)
{
    private long _unanswered;

    public string Name { get; } = name;

    public string Subject { get; } = subject;

    /// <summary>Gets or sets the handler of the brokers' answers: one delegate for all events of the topic.</summary>
    public Action<DeliveryReport<byte[], byte[]>>? Reported { get; set; }

    /// <summary>Counts events that were published, and counts them down once the brokers have accepted or refused them.</summary>
    public void AddUnanswered(int count) => Interlocked.Add(ref _unanswered, count);

    /// <summary>Returns the number of unanswered events, and resets the count.</summary>
    public long TakeUnanswered() => Interlocked.Exchange(ref _unanswered, 0);
}

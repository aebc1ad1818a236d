using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Notify.Engines;
using Notify.TestSupport;
using Notify.Transport.Kafka.Connection;
using Notify.Transport.Kafka.Events;

namespace Notify.Transport.Kafka.Tests;

/// <summary>
/// The timer after which failed events are published again. How fast events fail is up to librdkafka, so this is tested with a
/// timer that counts how often it is started.
/// </summary>
[Collection("Lost events are counted on the meter of the process")]
public sealed class EventTimerTests
{
    [Fact]
    public async Task A_timer_that_runs_is_not_started_again_by_further_failures()
    {
        using var cluster = KafkaCluster.Start();
        await cluster.CreateTopicsAsync("");
        cluster.FailTopic("device-events", ErrorCode.UnknownTopicOrPart);
        var options = Options.Create(
            new KafkaTransportOptions
            {
                BootstrapServers = cluster.BootstrapServers,
                Settings = { ["topic.metadata.refresh.interval.ms"] = "300", ["topic.metadata.propagation.max.ms"] = "0" },
            }
        );
        var time = new CountingTime();
        var topics = new KafkaTopics(options);
        using var telemetry = new KafkaTelemetry();
        using var publisher = new EventPublisher(
            new KafkaClients(options, NullLogger<KafkaClients>.Instance),
            topics,
            telemetry,
            new Uncounted(),
            time,
            NullLogger<EventPublisher>.Instance
        );

        // Failures are handled one after the other, so the third one proves that the second one has not started the timer.
        for (var failures = 1; failures <= 3; failures++)
        {
            publisher.Publish(topics.DeviceEvents, "u-42", Registered.ToUtf8Json(), isCounted: false);
            await Eventually.TrueAsync(() => time.Reads >= failures, "an event to fail");
        }

        Assert.Equal(1, time.Starts);
        time.Fire();
        await Eventually.TrueAsync(() => time.Starts == 2, "the timer to be started after it fired");
    }

    private static readonly NotifyEvent Registered = new()
    {
        Id = Guid.NewGuid(),
        Type = NotifyEventTypes.DeviceRegistered,
        OccurredAt = DateTimeOffset.UnixEpoch,
        Tenant = Trigger.DefaultTenant,
        Data = new DeviceEventData
        {
            DeviceId = "d-1",
            User = "u-42",
            Platform = Platform.Ios,
            App = "org.example",
        },
    };

    /// <summary>
    /// A clock that is read once for the first failure of each event, with timers that fire when the test says so.
    /// </summary>
    private sealed class CountingTime : TimeProvider
    {
        private TimerCallback? _callback;
        private int _reads;
        private int _starts;

        public int Reads => Volatile.Read(ref _reads);

        public int Starts => Volatile.Read(ref _starts);

        public void Fire() => _callback!(null);

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Increment(ref _reads);
            return base.GetUtcNow();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return new CountingTimer(this);
        }

        private sealed class CountingTimer(CountingTime time) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                Interlocked.Increment(ref time._starts);
                return true;
            }

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class Uncounted : IEventCounter
    {
        public ValueTask<long?> StartAsync(string source, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<bool> CountAsync(
            string source,
            IReadOnlyList<SourceEvent> events,
            long next,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException();

        public void CountUntaken(NotifyEvent happened) => throw new NotSupportedException();
    }
}

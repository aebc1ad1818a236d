using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

/// <summary>Brokers that do not know a topic of events for a while, as after a restart.</summary>
[Collection("Lost events are counted on the meter of the process")]
public sealed class FailingEventsTests : IAsyncLifetime
{
    private readonly KafkaCluster _cluster = KafkaCluster.Start();
    private readonly SharedMemory _store = new();

    public async ValueTask InitializeAsync() => await _cluster.CreateTopicsAsync("");

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        _cluster.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(ErrorCode.UnknownTopicOrPart)]
    [InlineData(ErrorCode.LeaderNotAvailable)]
    public async Task Events_are_published_again_when_the_brokers_do_not_know_their_topic_for_a_while(ErrorCode error)
    {
        _cluster.FailTopic("analytics-events", error);
        await using var sending = await StartAsync();
        await _store.AcceptedAsync(await sending.TriggerAsync(20));
        await GiveUpAsync();
        await _store.AcceptedAsync(await sending.TriggerAsync(20));

        _cluster.FailTopic("analytics-events", ErrorCode.NoError);

        await Eventually.TrueAsync(async () => (await _cluster.ReadAsync("analytics-events")).Count == 40, "every event");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_that_the_brokers_have_not_accepted_at_a_stop_are_counted_as_lost(bool fails)
    {
        var lost = 0L;
        using var listener = Listen("device", "lost", count => Interlocked.Add(ref lost, count));
        if (fails)
            _cluster.FailTopic("device-events", ErrorCode.UnknownTopicOrPart);
        await using (var sending = await StartAsync())
        {
            if (!fails)
                _cluster.TakeDown();
            for (var i = 0; i < 3; i++)
                await RegisterAsync(sending, $"lost-{i}");
            await GiveUpAsync();
        }

        Assert.Equal(3, lost);
    }

    // A producer that does not know a topic reads the metadata every 300 ms, and gives up what it holds. A machine so busy that
    // it does not get to it makes a test prove less, and never makes it fail.
    private static Task GiveUpAsync() => Task.Delay(TimeSpan.FromSeconds(1));

    // Every application of this process measures on this meter. No other test loses events of devices.
    private static MeterListener Listen(string subject, string outcome, Action<long> count)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == NotifyTelemetry.Name && instrument.Name == "notify.transport.events")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                if (
                    tags.Contains(new KeyValuePair<string, object?>("subject", subject))
                    && tags.Contains(new KeyValuePair<string, object?>("outcome", outcome))
                )
                    count(value);
            }
        );
        listener.Start();
        return listener;
    }

    private static Task RegisterAsync(Application sending, string id) =>
        sending.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = id,
                UserId = "u-42",
                Platform = Platform.Ios,
                Token = $"token of {id}",
                App = "org.example",
            }
        );

    private Task<Application> StartAsync() =>
        Application.StartAsync(
            _store.AddTo,
            _cluster.BootstrapServers,
            new Mail(),
            options =>
            {
                options.HandOverTime = TimeSpan.FromMinutes(5);
                options.Settings["topic.metadata.refresh.interval.ms"] = "300";
                options.Settings["topic.metadata.propagation.max.ms"] = "0";
            },
            options => options.Workers = Workers.All
        );
}

using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

/// <summary>The figures that workers count from the topics of events.</summary>
public sealed class CountingTests(SharedKafkaCluster shared) : IDisposable
{
    private readonly SharedMemory _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Events_are_counted_once_although_they_repeat_and_several_workers_read_every_partition()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var sending = await StartAsync(cluster, prefix, "", Workers.All & ~Workers.Analytics);
        // Two groups: each of the workers reads every partition, like one that does not know that it lost its partitions.
        await using var first = await StartAsync(cluster, prefix, "a-", Workers.Analytics);
        await using (await StartAsync(cluster, prefix, "b-", Workers.Analytics))
        {
            await AcceptAsync(sending, 60);
            await WaitForAsync(sending, 60);
            await RepeatAsync(cluster, $"{prefix}analytics-events");
            await RepeatAsync(cluster, $"{prefix}notification-events");
            await AcceptAsync(sending, 60);
        }

        await AcceptAsync(sending, 60);
        await WaitForAsync(sending, 180);

        // A worker without committed offsets begins where the others ended, and not with the first event.
        await using var last = await StartAsync(cluster, prefix, "c-", Workers.Analytics);
        await AcceptAsync(sending, 20);
        var row = await WaitForAsync(sending, 200);
        Assert.Equal((200, 200), (row.Accepted, row.Sent));
        Assert.Equal(200 * 0.25m, row.Costs["EUR"]);
    }

    [Fact]
    public async Task Processes_that_count_their_own_events_and_others_run_side_by_side()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var counting = await Application.StartAsync(
            _store.AddTo,
            cluster.BootstrapServers,
            new Mail(),
            SendingTests.ByHint(prefix),
            options => options.Workers = Workers.None
        );
        await using var sending = await StartAsync(cluster, prefix, "", Workers.All);

        await AcceptAsync(counting, 30);
        await AcceptAsync(sending, 30);

        var row = await WaitForAsync(sending, 60);
        Assert.Equal(60, row.Accepted);
    }

    [Fact]
    public async Task Events_that_are_published_again_are_still_counted_by_workers()
    {
        using var cluster = KafkaCluster.Start();
        await cluster.CreateTopicsAsync("");
        cluster.FailTopic("analytics-events", ErrorCode.UnknownTopicOrPart);
        await using var sending = await Application.StartAsync(
            _store.AddTo,
            cluster.BootstrapServers,
            new Mail(),
            options =>
            {
                options.CountFromEvents = true;
                options.Settings["topic.metadata.refresh.interval.ms"] = "300";
                options.Settings["topic.metadata.propagation.max.ms"] = "0";
            },
            options => options.Workers = Workers.All & ~Workers.Analytics
        );
        await AcceptAsync(sending, 20);
        // The producer gives up what it holds when it reads the metadata. On a busy machine, this test proves less.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        cluster.FailTopic("analytics-events", ErrorCode.NoError);

        await using var counting = await StartAsync(cluster, "", "", Workers.Analytics);
        var row = await WaitForAsync(sending, 20);
        Assert.Equal((20, 20), (row.Accepted, row.Sent));
    }

    [Fact]
    public async Task Events_that_the_producer_refuses_are_counted_by_their_process()
    {
        await using var sending = await Application.StartSendingAsync(
            _store,
            $"127.0.0.1:{FreePort.Next()}",
            new Mail(),
            options =>
            {
                options.HandOverTime = TimeSpan.FromSeconds(1);
                options.CountFromEvents = true;
                options.Settings["queue.buffering.max.messages"] = "1";
            }
        );

        await AcceptAsync(sending, 50);

        // The one event in the queue may still reach the brokers, so it is not counted here.
        await Eventually.TrueAsync(
            async () => await FindAsync(sending) is { } row && row.Accepted + row.Sent == 99,
            "the events to be counted"
        );
    }

    private Task<Application> StartAsync(KafkaCluster cluster, string prefix, string group, Workers workers) =>
        Application.StartAsync(
            builder =>
            {
                _store.AddTo(builder);
                builder.Services.Configure<ProviderOptions>("mail", options =>
                    (options.Price, options.Currency) = (0.25m, "EUR")
                );
            },
            cluster.BootstrapServers,
            new Mail(),
            options =>
            {
                SendingTests.ByHint(prefix)(options);
                options.ConsumerGroup = group + options.ConsumerGroup;
                options.CountFromEvents = true;
            },
            options => options.Workers = workers
        );

    private async Task AcceptAsync(Application application, int count) =>
        await _store.AcceptedAsync(await application.TriggerAsync(count));

    private static async Task<AnalyticsRow?> FindAsync(Application application)
    {
        var query = new AnalyticsQuery { Tenant = Trigger.DefaultTenant, Resolution = AnalyticsResolution.Total };
        return (await application.Get<IAnalytics>().QueryAsync(query)).Rows.SingleOrDefault();
    }

    private static Task<AnalyticsRow> WaitForAsync(Application application, int sent) =>
        Eventually.FindAsync(
            async () => await FindAsync(application) is { } row && row.Sent >= sent && row.Accepted >= sent ? row : null,
            $"{sent} deliveries to be counted"
        );

    // Publishes every event of a topic again, to the same partition.
    private static async Task RepeatAsync(KafkaCluster cluster, string topic)
    {
        var messages = await cluster.ReadAsync(topic);
        Assert.NotEmpty(messages);
        using var producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = cluster.BootstrapServers, Partitioner = Partitioner.Murmur2Random }
        ).Build();
        foreach (var message in messages)
            producer.Produce(
                topic,
                new Message<byte[], byte[]>
                {
                    Key = Encoding.UTF8.GetBytes(message.Key!),
                    Value = message.Body,
                    Headers = new Headers { { "notify-count", "1"u8.ToArray() } },
                }
            );
        producer.Flush(TestContext.Current.CancellationToken);
    }
}

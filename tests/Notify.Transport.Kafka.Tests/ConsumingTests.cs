using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

/// <summary>Tests of messages that are redelivered, that are not hints, or that a process stopped before handling.</summary>
public sealed class ConsumingTests(SharedKafkaCluster shared) : IDisposable
{
    private readonly SharedMemory _store = new();
    private readonly Mail _mail = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_message_that_is_redelivered_is_not_sent_twice()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var sending = await Application.StartSendingAsync(
            _store,
            cluster.BootstrapServers,
            _mail,
            SendingTests.ByHint(prefix)
        );
        var ids = await sending.TriggerAsync(1);
        await _store.AcceptedAsync(ids);

        var topic = $"{prefix}deliveries-normal";
        var message = Assert.Single(await cluster.ReadAsync(topic));
        await cluster.WriteAsync(topic, message.Partition, message.Body);

        await PassedAsync(cluster, prefix, message.Partition);
        Assert.Single(_mail.Sent);
    }

    [Fact]
    public async Task What_is_no_hint_is_moved_to_the_dead_letter_topic_once_and_holds_nothing_up()
    {
        var (cluster, prefix) = await shared.GetAsync();
        for (var partition = 0; partition < 4; partition++)
            await cluster.WriteAsync($"{prefix}deliveries-normal", partition, "no hint"u8.ToArray());
        await using (
            var stops = await Application.StartSendingAsync(_store, cluster.BootstrapServers, _mail, SendingTests.ByHint(prefix))
        )
        {
            await _store.AcceptedAsync(await stops.TriggerAsync(20));
            await Eventually.TrueAsync(async () => await RefusedAsync() == 4, "the four messages in the dead-letter topic");
        }

        await using var sending = await Application.StartSendingAsync(
            _store,
            cluster.BootstrapServers,
            _mail,
            SendingTests.ByHint(prefix)
        );
        await _store.AcceptedAsync(await sending.TriggerAsync(20));
        Assert.Equal(4, await RefusedAsync());

        async Task<int> RefusedAsync() =>
            (await cluster.ReadAsync($"{prefix}notify-dead-letter")).Count(message =>
                message.Text == "no hint"
                && message.Headers["notify-reason"] == "version 110 instead of 1"
                && message.Headers["notify-source"].StartsWith(prefix, StringComparison.Ordinal)
            );
    }

    [Fact]
    public async Task What_the_dead_letter_topic_does_not_take_holds_nothing_up()
    {
        var (cluster, prefix) = await shared.GetAsync();
        for (var partition = 0; partition < 4; partition++)
            await cluster.WriteAsync($"{prefix}deliveries-normal", partition, new byte[2_000]);
        await using var sending = await Application.StartSendingAsync(_store, cluster.BootstrapServers, _mail, options =>
        {
            SendingTests.ByHint(prefix)(options);
            options.Settings["message.max.bytes"] = "1000";
        });

        await _store.AcceptedAsync(await sending.TriggerAsync(20));
    }

    [Fact]
    public async Task What_a_process_received_and_did_not_claim_comes_to_another_when_it_stops()
    {
        var (cluster, prefix) = await shared.GetAsync();
        var queue = new SilentQueue();
        await using var stops = await Application.StartSendingAsync(
            _store,
            cluster.BootstrapServers,
            new Mail(),
            SendingTests.ByHint(prefix),
            change: queue.PutBeforeStore
        );
        var ids = await stops.TriggerAsync(20);
        await Eventually.TrueAsync(() => queue.Asked > 0, "hints to be claimed");

        await stops.StopAsync();
        await using var sending = await Application.StartSendingAsync(
            _store,
            cluster.BootstrapServers,
            _mail,
            SendingTests.ByHint(prefix)
        );

        await _store.AcceptedAsync(ids);
    }

    // Writes a message that is not a hint. Once it is in the dead-letter topic, everything before it in the partition was
    // consumed.
    private static async Task PassedAsync(KafkaCluster cluster, string prefix, int partition)
    {
        await cluster.WriteAsync($"{prefix}deliveries-normal", partition, "mark"u8.ToArray());
        await Eventually.TrueAsync(
            async () => (await cluster.ReadAsync($"{prefix}notify-dead-letter")).Exists(message => message.Text == "mark"),
            "the mark in the dead-letter topic"
        );
    }
}

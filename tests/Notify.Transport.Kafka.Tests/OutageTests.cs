using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

public sealed class OutageTests : IDisposable
{
    private readonly SharedMemory _store = new();
    private readonly Mail _mail = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task When_the_brokers_die_everything_is_still_sent_once()
    {
        using var cluster = KafkaCluster.Start();
        await cluster.CreateTopicsAsync("");
        await using var sending = await Application.StartSendingAsync(_store, cluster.BootstrapServers, _mail, HandOverSoon);
        await using var triggering = await Application.StartTriggeringAsync(_store, cluster.BootstrapServers, HandOverSoon);
        await _store.AcceptedAsync(await triggering.TriggerAsync(20));

        var onTheWay = await triggering.TriggerAsync(100);
        cluster.TakeDown();
        var after = await triggering.TriggerAsync(100);

        await _store.AcceptedAsync([.. onTheWay, .. after]);
        Assert.Equal(220, _mail.Sent.Count);
        Assert.Equal(220, _mail.Sent.Select(delivery => delivery.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_application_starts_and_sends_while_Kafka_is_away()
    {
        var nobody = $"127.0.0.1:{FreePort.Next()}";
        await using var sending = await Application.StartSendingAsync(_store, nobody, _mail, options =>
        {
            HandOverSoon(options);
            options.CreateTopics = true;
        });

        await _store.AcceptedAsync(await sending.TriggerAsync(20));

        Assert.Equal(20, _mail.Sent.Count);
    }

    [Fact]
    public async Task Once_Kafka_is_known_to_be_away_a_delivery_does_not_wait_for_its_hint()
    {
        var nobody = $"127.0.0.1:{FreePort.Next()}";
        await using var sending = await Application.StartSendingAsync(_store, nobody, _mail, options =>
            options.HandOverTime = TimeSpan.FromMinutes(10)
        );

        await Eventually.TrueAsync(
            async () =>
            {
                await sending.TriggerAsync(1);
                return _mail.Sent.Count > 0;
            },
            "a delivery to be sent without the hand-over time"
        );
    }

    private static void HandOverSoon(KafkaTransportOptions options) => options.HandOverTime = TimeSpan.FromSeconds(2);
}

using System.Diagnostics.Metrics;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Transport.Kafka.Tests;

public sealed class SharingTests(SharedKafkaCluster shared) : IDisposable
{
    private readonly SharedMemory _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Processes_share_the_work_and_when_one_stops_the_other_has_all_of_it()
    {
        var (cluster, prefix) = await shared.GetAsync();
        Mail[] mails = [new(), new()];
        await using var stays = await Application.StartSendingAsync(
            _store,
            cluster.BootstrapServers,
            mails[0],
            SendingTests.ByHint(prefix)
        );
        await using var stops = await Application.StartSendingAsync(
            _store,
            cluster.BootstrapServers,
            mails[1],
            SendingTests.ByHint(prefix)
        );
        await using var triggering = await Application.StartTriggeringAsync(
            _store,
            cluster.BootstrapServers,
            SendingTests.ByHint(prefix)
        );
        var ids = new List<Guid>();
        await Eventually.TrueAsync(
            async () =>
            {
                ids.AddRange(await triggering.TriggerAsync(8));
                return Array.TrueForAll(mails, mail => mail.Sent.Count > 0);
            },
            "both processes to send"
        );

        ids.AddRange(await triggering.TriggerAsync(200));
        var stopped = stops.StopAsync();
        ids.AddRange(await triggering.TriggerAsync(200));
        await stopped;
        var sentByStopped = mails[1].Sent.Count;
        ids.AddRange(await triggering.TriggerAsync(50));

        await _store.AcceptedAsync(ids);
        Assert.Equal(sentByStopped, mails[1].Sent.Count);
        Assert.Equal(ids.Order(), mails.SelectMany(mail => mail.Sent).Select(delivery => delivery.NotificationId).Order());
    }

    [Fact]
    public async Task High_priority_is_sent_while_a_backlog_in_bulk_hangs_and_then_all_of_it()
    {
        var (cluster, prefix) = await shared.GetAsync();
        await using var triggering = await Application.StartTriggeringAsync(
            _store,
            cluster.BootstrapServers,
            SendingTests.ByHint(prefix)
        );
        var bulk = await triggering.TriggerAsync(300, Priority.Bulk);
        await triggering.Directory.SaveUserAsync(
            new User
            {
                Id = "u-42",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        var high = await triggering.TriggerAsync(300, Priority.High, Recipient.User("u-42"));
        var open = new TaskCompletionSource();
        var mail = new Mail { Gate = open.Task };
        await using var sending = await Application.StartSendingAsync(
            _store,
            cluster.BootstrapServers,
            mail,
            SendingTests.ByHint(prefix),
            concurrency: 8
        );
        await Eventually.TrueAsync(
            () => mail.Sent.Any(delivery => delivery.Priority == Priority.High),
            "high priority while bulk hangs"
        );

        open.SetResult();
        await _store.AcceptedAsync([.. high, .. bulk]);
        Assert.Equal(600, mail.Sent.Count);
    }

    [Fact]
    public async Task A_process_without_room_leaves_the_backlog_with_the_brokers_and_says_how_long_it_is()
    {
        const int Backlog = 700;
        var (cluster, prefix) = await shared.GetAsync();
        var open = new TaskCompletionSource();
        var mail = new Mail { Gate = open.Task };
        var lag = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == NotifyTelemetry.Name && instrument.Name == "notify.transport.lag")
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                if (tags.Contains(new KeyValuePair<string, object?>("priority", "bulk")))
                    lag = Math.Max(lag, value);
            }
        );
        listener.Start();
        await using var sending = await Application.StartSendingAsync(
            _store,
            cluster.BootstrapServers,
            mail,
            options =>
            {
                SendingTests.ByHint(prefix)(options);
                options.BatchSize = 20;
            },
            concurrency: 8
        );
        var ids = await sending.TriggerAsync(Backlog, Priority.Bulk);

        await Eventually.TrueAsync(
            () =>
            {
                listener.RecordObservableInstruments();
                return lag >= Backlog - 8 && mail.Sent.Count > 0;
            },
            "the lag to be measured"
        );
        Assert.InRange(mail.Sent.Count, 1, 8);

        open.SetResult();
        await _store.AcceptedAsync(ids);
        Assert.Equal(Backlog, mail.Sent.Count);
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using Notify.Load.Chaos;
using Notify.Load.Hosts;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>Two processes on one database file.</summary>
public sealed class SharedFileTests
{
    [Fact]
    public async Task Two_processes_share_idempotency_keys_and_send_each_notification_once()
    {
        await using var folder = new HostFolder();
        var hosts = await Task.WhenAll(folder.StartAsync(Patient()), folder.StartAsync(Patient()));
        using var one = new TriggerLoad([hosts[0].Settings.Address], 300);
        using var other = new TriggerLoad([hosts[1].Settings.Address], 300);
        await Task.WhenAll(one.RunAsync(16, default), other.RunAsync(16, default));
        await folder.SettledAsync();

        Assert.Equal(one.Acknowledged, other.Acknowledged);
        var accepted = folder.Record().Where(entry => entry.Act == VendorAct.Accepted).Select(entry => entry.NotificationId);
        Assert.Equal(one.Acknowledged.Order(), accepted.Order());

        // If a lease or an attempt ended while its process waits for the lock of the other, the message would be sent once more.
        HostSettings Patient() =>
            folder.Settings() with
            {
                AttemptTimeout = TimeSpan.FromSeconds(30),
                LeaseDuration = TimeSpan.FromMinutes(1),
            };
    }

    [Fact]
    public async Task A_process_that_slept_beyond_its_leases_changes_nothing_when_it_wakes()
    {
        await using var folder = new HostFolder();
        var slow = folder.Settings(VendorMood.Slow) with
        {
            // On a busy machine, the process must still be waiting for the vendor when it is paused.
            VendorDelay = TimeSpan.FromSeconds(6),
            AttemptTimeout = TimeSpan.FromSeconds(8),
            // On a busy machine, the process must still be able to renew its leases before it is stopped.
            LeaseDuration = TimeSpan.FromSeconds(16),
        };
        var sleeper = await folder.StartAsync(slow);
        var other = await folder.StartAsync(folder.Settings());
        using var load = new TriggerLoad([slow.Address], 40);
        await load.RunAsync(40, default);
        await Eventually.TrueAsync(
            () => folder.Record().Count(entry => entry.Act == VendorAct.Began) >= 40,
            "the attempts to begin"
        );
        sleeper.Pause();

        var audit = new Audit();
        audit.AddKill(VendorRecord.Read(slow.Record), folder.Stored.HeldBy(sleeper.Id));
        Assert.NotEqual(0, audit.InFlight);
        await folder.SettledAsync();

        sleeper.Resume();
        await Eventually.TrueAsync(
            () => sleeper.Output.Contains("lost", StringComparison.Ordinal),
            "a late settlement to be refused"
        );
        await sleeper.StopAsync();

        audit.Finish(load.Acknowledged, folder.Record(), folder.Stored.ReadHistories());
        Assert.Equal("", audit.Findings);
        Assert.Equal((40, 0, 0), (audit.Delivered, audit.Lost, audit.Unexplained));
        using var client = new HttpClient { BaseAddress = other.Settings.Address };
        foreach (var id in load.Acknowledged)
        {
            var timeline = await client.GetFromJsonAsync<JsonElement>($"/v1/notifications/{id}");
            Assert.Equal(1, timeline.GetProperty("counts").GetProperty("sent").GetInt32());
            Assert.Equal(1, timeline.GetProperty("deliveries").GetProperty("items")[0].GetProperty("attempts").GetArrayLength());
        }
    }
}

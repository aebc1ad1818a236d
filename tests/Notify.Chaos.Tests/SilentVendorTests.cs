using Notify.Load.Chaos;
using Notify.Load.Hosts;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

public sealed class SilentVendorTests
{
    [Fact]
    public async Task A_vendor_that_never_answers_holds_up_neither_the_host_nor_its_end_and_nothing_is_lost()
    {
        await using var folder = new HostFolder();
        var settings = folder.Settings(VendorMood.Silent) with
        {
            AttemptTimeout = TimeSpan.FromMilliseconds(300),
            LeaseDuration = TimeSpan.FromSeconds(1),
        };
        var host = await folder.StartAsync(settings);
        using var load = new TriggerLoad([settings.Address], 20);
        await load.RunAsync(20, default);

        using var client = new HttpClient { BaseAddress = settings.Address };
        var first = $"/v1/notifications/{load.Acknowledged.First()}";
        await Eventually.TrueAsync(
            async () => (await client.GetStringAsync(first)).Contains("no answer within 0.3 s", StringComparison.Ordinal),
            "an attempt to time out"
        );
        await client.WaitUntilReadyAsync();
        await host.StopAsync();
        Assert.Equal(0, host.ExitCode);
        Assert.Equal(20, folder.Stored.CountPending());

        var again = await folder.StartAsync(folder.Settings());
        await folder.SettledAsync();
        var accepted = VendorRecord.Read(again.Settings.Record).Where(entry => entry.Act == VendorAct.Accepted);
        Assert.Equal(load.Acknowledged.Order(), accepted.Select(entry => entry.NotificationId).Order());
    }
}

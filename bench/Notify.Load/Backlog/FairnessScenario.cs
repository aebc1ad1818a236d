using System.Diagnostics;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Backlog;

/// <summary>
/// One tenant sends 100 notifications at once while another tenant's backlog is being sent in the same lane through the same
/// provider. This is compared with the same 100 notifications while nothing else is queued. A turn repeats it twenty times. A
/// wait is the time from the first trigger until the vendor has accepted a message, which is when its recipient can receive it.
/// The vendor takes 50 ms on average, so the backlog uses all slots of the lane when the 100 notifications arrive.
/// </summary>
internal static class FairnessScenario
{
    private const double MostRatio = 2;
    private const int AtOnce = 100;
    private const int Rounds = 20;
    private const string Small = "small";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var due = arguments.Int32("count", 500_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var latency = TimeSpan.FromMilliseconds(arguments.Int32("vendor-ms", 50, min: 0));
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var (busy, idle) = (folder.File("busy.db"), folder.File("idle.db"));
        Console.Error.WriteLine($"  preparing {due:N0} deliveries");
        await DueDeliveries.MakeAsync(busy, due, "large", Priority.Normal);
        var comparison = await Comparison.RunAsync(
            "fairness",
            pairs,
            () => MeasureAsync(busy, latency),
            () => MeasureAsync(idle, latency),
            Figure.Wait
        );
        var details = new Dictionary<string, double>
        {
            ["other_tenant_due"] = due,
            ["vendor_ms"] = latency.TotalMilliseconds,
            ["idle_p50_ms"] = Math.Round(comparison.Median.Ceiling.P50, 3),
            ["idle_p99_ms"] = Math.Round(comparison.Median.Ceiling.P99, 3),
        };
        (comparison.AtMost(MostRatio) with { Details = details }).Print();
        return 0;
    }

    private static async Task<Turn> MeasureAsync(string path, TimeSpan latency)
    {
        var vendor = new DistantVendor(latency, delivery => delivery.Tenant == Small);
        await using var application = await LocalApplication.StartAsync(path, vendor);
        await SendAsync(application, vendor);
        GC.Collect();

        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var waits = new List<double>(Rounds * AtOnce);
        var seconds = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var ofRound = await SendAsync(application, vendor);
            waits.AddRange(ofRound);
            seconds += ofRound.Max() / 1_000;
            await Task.Delay(100);
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return Turn.FromWaits(waits, seconds, allocated);
    }

    private static async Task<double[]> SendAsync(Application application, DistantVendor vendor)
    {
        vendor.Expect(AtOnce);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(number => Task.Run(() => TriggerAsync(application, number))));
        await vendor.WaitAsync(AtOnce);
        return [.. vendor.Answered.Select(answered => Stopwatch.GetElapsedTime(began, answered).TotalMilliseconds)];
    }

    private static Task TriggerAsync(Application application, int number) =>
        application.Notifier.TriggerAsync(
            new Trigger
            {
                To = Recipient.Email($"{number}@example.org"),
                Tenant = Small,
                Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
            }
        );
}

using System.Diagnostics;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Backlog;

/// <summary>
/// High-priority triggers while a backlog of bulk deliveries is being sent through the same provider, compared with the same
/// triggers while nothing else is queued. They arrive at 200 per second, whether or not earlier ones have been answered, like the
/// one-time codes of a service that sends 17 million a day. A wait is the time from a trigger's planned time until the vendor is
/// called. The vendor takes 50 ms on average, so the backlog always uses all slots that bulk deliveries can get.
/// </summary>
internal static class PriorityScenario
{
    private const double MostRatio = 2;
    private const int PerSecond = 200;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var due = arguments.Int32("count", 500_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var seconds = arguments.Int32("seconds", 10, min: 1);
        var latency = TimeSpan.FromMilliseconds(arguments.Int32("vendor-ms", 50, min: 0));
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var (busy, idle) = (folder.File("busy.db"), folder.File("idle.db"));
        Console.Error.WriteLine($"  preparing {due:N0} deliveries");
        await DueDeliveries.MakeAsync(busy, due, Trigger.DefaultTenant, Priority.Bulk);
        var bulkRates = new List<double>();
        var comparison = await Comparison.RunAsync(
            "priority",
            pairs,
            () => MeasureAsync(busy, latency, PerSecond * seconds, bulkRates.Add),
            () => MeasureAsync(idle, latency, PerSecond * seconds, _ => { }),
            Figure.Wait
        );
        var details = new Dictionary<string, double>
        {
            ["bulk_due"] = due,
            ["bulk_per_second"] = Math.Round(bulkRates.Order().ElementAt(bulkRates.Count / 2)),
            ["vendor_ms"] = latency.TotalMilliseconds,
            ["idle_p50_ms"] = Math.Round(comparison.Median.Ceiling.P50, 3),
            ["idle_p99_ms"] = Math.Round(comparison.Median.Ceiling.P99, 3),
        };
        (comparison.AtMost(MostRatio) with { Details = details }).Print();
        return 0;
    }

    private static async Task<Turn> MeasureAsync(string path, TimeSpan latency, int count, Action<double> tellBulkRate)
    {
        var vendor = new DistantVendor(latency, delivery => delivery.Priority == Priority.High);
        await using var application = await LocalApplication.StartAsync(path, vendor);
        await TriggerAsync(application, vendor, PerSecond);
        GC.Collect();

        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var began = Stopwatch.GetTimestamp();
        var arrivals = await TriggerAsync(application, vendor, count);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        tellBulkRate(vendor.Others / seconds);

        return Turn.FromWaits(arrivals.Select(Wait), seconds, allocated);

        double Wait(long arrival, int number) => Stopwatch.GetElapsedTime(arrival, vendor.Called[number]).TotalMilliseconds;
    }

    private static async Task<long[]> TriggerAsync(Application application, DistantVendor vendor, int count)
    {
        vendor.Expect(count);
        var arrivals = await Arrivals.RunAsync(count, PerSecond, number => application.Notifier.TriggerAsync(
                new Trigger
                {
                    To = Recipient.Email($"{number}@example.org"),
                    Priority = Priority.High,
                    Content = new Content { Title = "Your code", Body = "123456" },
                }
            ));
        await vendor.WaitAsync(count);
        return arrivals;
    }
}

using System.Diagnostics;
using Notify.Load.Measuring;

namespace Notify.Load.Backlog;

/// <summary>
/// High-priority triggers while a backlog of bulk deliveries is worked off through the same provider, against the same triggers
/// with an idle queue. They come at 200 per second, whatever became of those before: the one-time codes of a service that sends
/// 17 million a day. What is waited for is the time from when a trigger was to come until the vendor is called. The vendor takes
/// 50 ms on average, so that the backlog has all the slots that bulk gets, all the time.
/// </summary>
internal static class PriorityScenario
{
    private const double Reach = 2;
    private const int PerSecond = 200;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var due = arguments.Int32("count", 500_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var seconds = arguments.Int32("seconds", 10, min: 1);
        var latency = TimeSpan.FromMilliseconds(arguments.Int32("vendor-ms", 50, min: 0));
        arguments.RefuseUnknown();

        var folder = Directory.CreateTempSubdirectory("notify-priority-").FullName;
        try
        {
            var (busy, idle) = (Path.Combine(folder, "busy.db"), Path.Combine(folder, "idle.db"));
            Console.Error.WriteLine($"  preparing {due:N0} deliveries");
            await DueDeliveries.MakeAsync(busy, due, Trigger.DefaultTenant, Priority.Bulk);
            var bulkRates = new List<double>();
            var comparison = await WaitComparison.RunAsync(
                pairs,
                () => MeasureAsync(busy, latency, PerSecond * seconds, bulkRates.Add),
                () => MeasureAsync(idle, latency, PerSecond * seconds, _ => { }));
            var details = new Dictionary<string, double>
            {
                ["bulk_due"] = due,
                ["bulk_per_second"] = Math.Round(bulkRates.Order().ElementAt(bulkRates.Count / 2)),
                ["vendor_ms"] = latency.TotalMilliseconds,
            };
            comparison.AtMost("priority", Reach, details).Print();
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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

        var waits = arrivals.Select(Wait).Order().ToArray();
        return new Turn(count, seconds, waits[count / 2], waits[(int)(count * 0.99)], allocated);

        double Wait(long arrival, int number) => Stopwatch.GetElapsedTime(arrival, vendor.Called[number]).TotalMilliseconds;
    }

    private static async Task<long[]> TriggerAsync(LocalApplication application, DistantVendor vendor, int count)
    {
        vendor.Expect(count);
        var arrivals = await Arrivals.RunAsync(count, PerSecond, number => application.Notifier.TriggerAsync(new Trigger
        {
            To = Recipient.Email($"{number}@example.org"),
            Priority = Priority.High,
            Content = new Content { Title = "Your code", Body = "123456" },
        }));
        await vendor.WaitAsync(count);
        return arrivals;
    }
}

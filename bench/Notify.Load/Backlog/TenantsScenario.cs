using System.Diagnostics;
using System.Globalization;
using Notify.Load.Measuring;
using Notify.TestSupport;

namespace Notify.Load.Backlog;

/// <summary>
/// Ten thousand tenants with a hundred deliveries due each. Their cost is the time per delivery in which a process sends all of
/// them, compared with as many deliveries of one tenant. Their fairness is the wait for the first message of a tenant that had
/// none, while theirs are being sent through a vendor that takes 50 ms, compared with the same while nothing is due.
/// </summary>
internal static class TenantsScenario
{
    public const string Name = "tenants";

    private const double MostCost = 1.15,
        MostWait = 2;
    private const int FirstMessages = 200;
    private const string New = "new";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var tenants = arguments.Int32("tenants", 10_000, min: 2);
        var each = arguments.Int32("each", 100, min: 1);
        var pairs = arguments.Int32("pairs", 3, min: 1);
        var latency = TimeSpan.FromMilliseconds(arguments.Int32("vendor-ms", 50, min: 0));
        arguments.RefuseUnknown();

        using var folder = new TemporaryFolder();
        var (many, one) = (folder.File("many.db"), folder.File("one.db"));
        var count = tenants * each;
        Console.Error.WriteLine($"  preparing {count:N0} deliveries, twice");
        await DueDeliveries.MakeAsync(many, count, "tenant", Priority.Normal, tenants);
        await DueDeliveries.MakeAsync(one, count, "tenant", Priority.Normal);
        var cost = await Comparison.RunAsync(
            Name,
            pairs,
            () => WorkOffAsync(folder, many, count),
            () => WorkOffAsync(folder, one, count),
            Figure.Cost
        );
        var fairness = await Comparison.RunAsync(
            $"{Name}: first message",
            pairs,
            () => MeasureAsync(folder.File("many-first.db"), many, latency),
            () => MeasureAsync(folder.File("alone.db"), null, latency),
            Figure.Wait
        );
        var details = new Dictionary<string, double> { ["tenants"] = tenants, ["due_each"] = each };
        var alone = new Dictionary<string, double>(details)
        {
            ["vendor_ms"] = latency.TotalMilliseconds,
            ["alone_p50_ms"] = Math.Round(fairness.Median.Ceiling.P50, 3),
            ["alone_p99_ms"] = Math.Round(fairness.Median.Ceiling.P99, 3),
        };
        (fairness.AtMost(MostWait) with { Details = alone }).Print();
        (cost.AtMost(MostCost) with { Details = details }).Print();
        return 0;
    }

    private static async Task<Turn> WorkOffAsync(TemporaryFolder folder, string model, int count)
    {
        var path = folder.File("turn.db");
        File.Copy(model, path, overwrite: true);
        var worked = await ChildProcess.RunAsync(
            BacklogProcess.Name,
            "--database",
            path,
            "--count",
            count.ToString(CultureInfo.InvariantCulture)
        );
        if (DueDeliveries.Count(path) != (count, count))
            throw new InvalidOperationException($"{count} deliveries were due, but not all were sent.");
        return new Turn(worked.Count, worked.Seconds, worked.P50Ms, worked.P99Ms, worked.AllocatedBytes);
    }

    /// <summary>Sends one message for each of many new tenants, one after the other.</summary>
    private static async Task<Turn> MeasureAsync(string path, string? model, TimeSpan latency)
    {
        if (model is not null)
            File.Copy(model, path, overwrite: true);
        var vendor = new DistantVendor(latency, delivery => delivery.Tenant.StartsWith(New, StringComparison.Ordinal));
        await using var application = await LocalApplication.StartAsync(path, vendor);
        return await Callers.MeasureAsync(FirstMessages, callers: 1, async number =>
        {
            vendor.Expect(1);
            await application.Notifier.TriggerAsync(
                new Trigger
                {
                    To = Recipient.Email("0@example.org"),
                    Tenant = string.Create(CultureInfo.InvariantCulture, $"{New}-{Stopwatch.GetTimestamp()}-{number}"),
                    Content = new Content { Title = "Your order", Body = "It was shipped and will arrive tomorrow." },
                }
            );
            await vendor.WaitAsync(1);
        });
    }
}

using Microsoft.Data.Sqlite;
using Notify.Engines;
using Notify.Load.Hosts;
using Notify.Load.Measuring;
using Notify.Load.Wire;
using Notify.Providers;
using Notify.Providers.Smtp;
using Notify.TestSupport;

namespace Notify.Load.Peers;

/// <summary>
/// Compares Notify with libraries that users could choose instead, for the same work on the same machine: BullMQ with the
/// scenario <c>embedded</c>, and node-apn, firebase-admin and nodemailer with Notify's providers. Both of a pair send to the same
/// sink. The result is that of the pair with the smallest ratio. Its waits are Notify's: for a durable trigger, or for the
/// outcome of one delivery.
/// </summary>
/// <remarks>
/// BullMQ's Redis flushes once a second, so a crash loses what arrived after the last flush. Notify's SQLite store flushes before
/// it answers.
/// </remarks>
internal static class PeersScenario
{
    private const double LeastRatio = 3;

    /// <summary>The number of concurrent callers, as in the scenarios <c>embedded</c>, <c>fcm</c> and <c>apns</c>.</summary>
    private const int Concurrent = 64;

    /// <summary>The number of recipients that a turn of Notify cycles through.</summary>
    private const int Recipients = 1_000;

    private static readonly int SmtpConnections = new Providers.Smtp.SmtpOptions().MaxConnections;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int32("count", 40_000, min: 1_000);
        var pairs = arguments.Int32("pairs", 2, min: 1);
        var only = arguments.Text("only");
        arguments.RefuseUnknown();

        Dictionary<string, Func<NodePackages, int, int, Task<Comparison>>> peers = new()
        {
            ["bullmq"] = BullMqAsync,
            ["node-apn"] = NodeApnAsync,
            ["firebase-admin"] = FirebaseAdminAsync,
            ["nodemailer"] = NodemailerAsync,
        };
        if (only is not null && !peers.ContainsKey(only))
            throw new ArgumentException($"--only must be one of {string.Join(", ", peers.Keys)}.");

        using var packages = await NodePackages.InstallAsync();
        var comparisons = new List<Comparison>();
        foreach (var (name, compare) in peers.Where(peer => only is null || peer.Key == only))
        {
            Console.Error.WriteLine($"  {name}:");
            comparisons.Add(await compare(packages, count, pairs));
        }

        Print(comparisons);
        return 0;
    }

    private static async Task<Comparison> BullMqAsync(NodePackages packages, int count, int pairs)
    {
        await using var redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "everysec");
        await using var peer = await NodePeer.StartAsync(packages, "bullmq.mjs", redis.Port, Concurrent);
        using var folder = new TemporaryFolder();
        var database = new SqliteConnectionStringBuilder { DataSource = folder.File("notify.db"), Pooling = false };
        await using var application = await Application.StartAsync(builder => builder.UseSqlite(database.ToString()));
        return await Comparison.RunAsync(
            "bullmq",
            pairs,
            () => application.SendAsync(count, Concurrent),
            () => peer.SendAsync(count)
        );
    }

    private static Task<Comparison> NodeApnAsync(NodePackages packages, int count, int pairs) =>
        PushAsync(new ApnsVendor(), packages, "node-apn", count, pairs);

    private static Task<Comparison> FirebaseAdminAsync(NodePackages packages, int count, int pairs) =>
        PushAsync(new FcmVendor(), packages, "firebase-admin", count, pairs);

    private static async Task<Comparison> PushAsync(WireVendor vendor, NodePackages packages, string name, int count, int pairs)
    {
        await using var sink = await SinkProcess.StartAsync(vendor.Name, latency: 0);
        await using var peer = await NodePeer.StartAsync(packages, $"{name}.mjs", sink.Port, Concurrent);
        await using var provider = new ProviderHost(notifications => WireScenario.Compose(notifications, vendor, sink));
        Delivery[] deliveries =
        [
            .. Enumerable.Range(0, Recipients).Select(number => vendor.CreateDelivery(number, sink.Address)),
        ];
        return await Comparison.RunAsync(
            name,
            pairs,
            () => CountedAsync(sink, count, () => SendAsync(provider, deliveries, count, Concurrent)),
            () => CountedAsync(sink, count, () => peer.SendAsync(count))
        );
    }

    private static async Task<Comparison> NodemailerAsync(NodePackages packages, int count, int pairs)
    {
        await using var sink = await SinkProcess.StartAsync(SmtpScenario.Name, latency: 0);
        await using var peer = await NodePeer.StartAsync(packages, "nodemailer.mjs", sink.Port, SmtpConnections);
        await using var provider = new ProviderHost(notifications =>
            SmtpScenario.Compose(notifications, sink.Port, SmtpConnections)
        );
        Delivery[] deliveries = [.. Enumerable.Range(0, Recipients).Select(SmtpScenario.CreateDelivery)];
        return await Comparison.RunAsync(
            "nodemailer",
            pairs,
            () => CountedAsync(sink, count, () => SendAsync(provider, deliveries, count, SmtpConnections)),
            () => CountedAsync(sink, count, () => peer.SendAsync(count))
        );
    }

    private static Task<Turn> SendAsync(ProviderHost provider, Delivery[] deliveries, int count, int callers) =>
        Callers.MeasureAsync(count, callers, number => provider.SendAsync(deliveries[number % deliveries.Length]));

    private static async Task<Turn> CountedAsync(SinkProcess sink, int count, Func<Task<Turn>> run)
    {
        var before = await sink.TakenAsync();
        var turn = await run();
        var taken = await sink.TakenAsync() - before;
        return taken.Messages == count
            ? turn
            : throw new InvalidOperationException($"{count} messages were sent, but {taken.Messages} arrived.");
    }

    private static void Print(List<Comparison> comparisons)
    {
        var details = new Dictionary<string, double>();
        foreach (var comparison in comparisons)
        {
            var key = comparison.Scenario.Replace('-', '_');
            details[$"{key}_ratio"] = Math.Round(comparison.Ratio, 3);
            details[$"{key}_per_second"] = Math.Round(comparison.Median.Ceiling.PerSecond);
            details[$"ours_beside_{key}_per_second"] = Math.Round(comparison.Median.Ours.PerSecond);
        }

        var smallest = comparisons.MinBy(comparison => comparison.Ratio)!;
        (smallest.AtLeast(LeastRatio) with { Scenario = "peers", Details = details }).Print();
    }
}

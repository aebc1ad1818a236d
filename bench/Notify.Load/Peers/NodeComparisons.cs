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
/// BullMQ compared with the scenario <c>embedded</c>, and node-apn, firebase-admin and nodemailer with Notify's providers. Both
/// of a pair send to the same sink.
/// </summary>
/// <remarks>
/// BullMQ's Redis flushes once a second, so a crash loses what arrived after the last flush. Notify's SQLite store flushes before
/// it answers.
/// </remarks>
internal static class NodeComparisons
{
    /// <summary>The number of concurrent callers, as in the scenarios <c>embedded</c>, <c>fcm</c> and <c>apns</c>.</summary>
    private const int Concurrent = 64;

    /// <summary>The number of recipients that a turn of Notify cycles through.</summary>
    private const int Recipients = 1_000;

    private static readonly int SmtpConnections = new Providers.Smtp.SmtpOptions().MaxConnections;

    public static async Task<Comparison> BullMqAsync(NodePackages packages, int count, int pairs)
    {
        await using var redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "everysec");
        await using var peer = await PeerProcess.StartAsync(packages, "bullmq.mjs", redis.Port, Concurrent);
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

    public static Task<Comparison> NodeApnAsync(NodePackages packages, int count, int pairs) =>
        PushAsync(new ApnsVendor(), packages, "node-apn", count, pairs);

    public static Task<Comparison> FirebaseAdminAsync(NodePackages packages, int count, int pairs) =>
        PushAsync(new FcmVendor(), packages, "firebase-admin", count, pairs);

    private static async Task<Comparison> PushAsync(WireVendor vendor, NodePackages packages, string name, int count, int pairs)
    {
        await using var sink = await SinkProcess.StartAsync(vendor.Name, latency: 0);
        await using var peer = await PeerProcess.StartAsync(packages, $"{name}.mjs", sink.Port, Concurrent);
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

    public static async Task<Comparison> NodemailerAsync(NodePackages packages, int count, int pairs)
    {
        await using var sink = await SinkProcess.StartAsync(SmtpScenario.Name, latency: 0);
        await using var peer = await PeerProcess.StartAsync(packages, "nodemailer.mjs", sink.Port, SmtpConnections);
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
}

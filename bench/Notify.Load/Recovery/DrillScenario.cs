using System.Diagnostics;
using Notify.Engines;
using Notify.TestSupport;

namespace Notify.Load.Recovery;

/// <summary>
/// Loses a region under load, lets the published scripts fail over to the other one and back, and counts what was lost and
/// repeated. Each region has PostgreSQL, Redis, Kafka and hosts of every role behind a gateway. PostgreSQL and Redis have
/// replicas in the other region. Kafka has none: its brokers are simulated in this process, and a hint that is lost is found in
/// the store.
/// </summary>
internal sealed class DrillScenario : IAsyncDisposable
{
    public const string Name = "drill";

    private readonly DrillSettings _settings;
    private readonly KafkaCluster[] _kafka = [KafkaCluster.Start(), KafkaCluster.Start()];
    private readonly DrillVendor _vendor = new();
    private readonly DrillRegions _regions;
    private readonly DrillLoad _load;
    private Task _clients = Task.CompletedTask;

    private DrillScenario(DrillSettings settings)
    {
        _settings = settings;
        _regions = new DrillRegions(settings, [.. _kafka.Select(kafka => kafka.BootstrapServers)], _vendor.Port);
        _load = new DrillLoad(() => _regions.ActiveGateway, settings.Pause);
    }

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var settings = DrillSettings.From(arguments);
        await using var drill = new DrillScenario(settings);
        var result = await drill.RunAsync();
        foreach (var error in drill._load.OtherErrors.Take(20))
            Console.Error.WriteLine(error);
        result.Print();
        return result.IsPassed(settings) ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        _load.Abandon();
        await _clients.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _regions.DisposeAsync();
        foreach (var kafka in _kafka)
            kafka.Dispose();
        await _vendor.DisposeAsync();
        _load.Dispose();
    }

    private async Task<DrillResult> RunAsync()
    {
        foreach (var kafka in _kafka)
            await kafka.CreateTopicsAsync("");
        await _regions.RunAsync("start.sh", DrillRegions.First);
        var begun = Stopwatch.GetTimestamp();
        _clients = Task.WhenAll(Enumerable.Range(0, _settings.Clients).Select(_load.SendAsync));
        await WaitForMoreAsync(_settings.Count);

        var loss = await LoseFirstRegionAsync();
        var lost = await FindLostAsync();
        await Task.WhenAll(lost.Keys.Select(_load.TriggerAsync));
        await WaitForMoreAsync(_settings.Count);

        double? gap = _settings.FailsBack ? await FailBackAsync() : null;
        _load.End();
        await _clients;
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await WaitForEndAsync();
        return CreateResult(seconds, loss, lost, gap);
    }

    /// <summary>Waits as long as fewer and fewer deliveries wait: a lost backlog that clients repeated takes its time.</summary>
    private async Task WaitForEndAsync()
    {
        while (await CountAsync() is var waiting and > 0)
            await Eventually.TrueAsync(async () => await CountAsync() < waiting, $"one of {waiting} deliveries to end");

        Task<long> CountAsync() => _regions.CountWaitingAsync(_regions.Active);
    }

    private Task WaitForMoreAsync(int count) => _load.WaitForMoreAsync(count, () => _clients.IsCompleted);

    /// <summary>Returns when the processes were killed, once the other region is active.</summary>
    private async Task<Loss> LoseFirstRegionAsync()
    {
        var (to, interval, failures) = (DrillRegions.Second, $"{_settings.Interval}", $"{_settings.Failures}");
        await using var watch = _settings.IsAutomatic ? _regions.Start("watch.sh", to, interval, failures) : null;
        var since = Stopwatch.GetTimestamp();
        if (_settings.LagSeconds > 0)
        {
            await _regions.HoldReplicationAsync(DrillRegions.First);
            // One answer per client may be to a trigger that was replicated before. The next answer is certainly to a later
            // trigger, which is older than the lag when the region is lost.
            await WaitForMoreAsync(_settings.Clients + 1);
            await Task.Delay(TimeSpan.FromSeconds(_settings.LagSeconds));
        }

        var begun = Stopwatch.GetTimestamp();
        _regions.Kill(DrillRegions.First);
        _kafka[0].TakeDown();
        var loss = new Loss(_settings.LagSeconds > 0 ? since : begun, begun, Stopwatch.GetTimestamp());
        Console.Error.WriteLine("  Every process of region a was killed.");
        if (watch is null)
            await _regions.RunAsync("failover.sh", to);
        else
            await DrillRegions.FinishAsync(watch, "watch.sh");
        return loss;
    }

    /// <summary>Finds what was acknowledged and is not in the promoted database.</summary>
    private async Task<Dictionary<string, Acknowledgement>> FindLostAsync()
    {
        var acknowledged = _load.Acknowledged.ToArray();
        var stored = await _regions.ReadNotificationsAsync(DrillRegions.Second);
        return acknowledged.Where(trigger => !stored.Contains(trigger.Value.Id)).ToDictionary();
    }

    /// <summary>Returns the longest time without an acknowledgement meanwhile.</summary>
    private async Task<double> FailBackAsync()
    {
        _kafka[0].BringUp();
        var begun = Stopwatch.GetTimestamp();
        await _regions.RunAsync("failback.sh", DrillRegions.First);
        await WaitForMoreAsync(_settings.Count);
        long[] times =
        [
            .. _load.Acknowledged.Values.Select(trigger => trigger.At).Where(at => at >= begun).Append(begun).Order(),
        ];
        return Round(times.Zip(times[1..]).Max(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second).TotalSeconds));
    }

    private DrillResult CreateResult(double seconds, Loss loss, Dictionary<string, Acknowledgement> lost, double? failbackGap)
    {
        var received = _load.Acknowledged.Keys.ToDictionary(key => key, key => _vendor.GetTimes(DrillLoad.GetAddress(key)));
        var restored = _load
            .Acknowledged.Where(trigger => trigger.Value.Begun > loss.Ended && received[trigger.Key].Count > 0)
            .Min(trigger => Math.Max(trigger.Value.At, received[trigger.Key][0]));
        var duplicates = received.ToLookup(entry => FindKind(entry.Value, loss, lost.ContainsKey(entry.Key)));
        foreach (var (key, times) in duplicates[DuplicateKind.Unexplained].Take(20))
            PrintUnexplained(key, times, loss, lost.ContainsKey(key));
        var oldest = lost.Values.Select(trigger => trigger.At).Append(loss.Ended).Min();
        return new DrillResult(_load.Acknowledged.Count, Round(_load.Acknowledged.Count / seconds))
        {
            Replication = _settings.IsSynchronous ? "synchronous" : "asynchronous",
            Failover = _settings.IsAutomatic ? "automatic" : "manual",
            RtoSeconds = Round(Stopwatch.GetElapsedTime(loss.Begun, restored).TotalSeconds),
            RpoSeconds = Round(Stopwatch.GetElapsedTime(oldest, loss.Ended).TotalSeconds),
            LostAcknowledged = lost.Count,
            Duplicates = received.Values.Sum(times => Math.Max(0, times.Count - 1)),
            DuplicatesOfLost = duplicates[DuplicateKind.Lost].Count(),
            DuplicatesInFlight = duplicates[DuplicateKind.InFlight].Count(),
            UnexplainedDuplicates = duplicates[DuplicateKind.Unexplained].Sum(entry => entry.Value.Count - 1),
            Repeated = lost.Count(trigger => received[trigger.Key].Any(time => time > loss.Ended)),
            NeverSent = received.Values.Count(times => times.Count == 0),
            OtherErrors = _load.OtherErrors.Count,
            FailbackGapSeconds = failbackGap,
        };
    }

    // A message that was received just before the loss may be sent once more, because its settlement was lost with the region.
    // The same holds for all that a region did while replication stood still.
    private DuplicateKind FindKind(IReadOnlyList<long> times, Loss loss, bool isLost)
    {
        if (times.Count <= 1)
            return DuplicateKind.None;
        if (times.Count > 2 || times[0] > loss.Ended || times[1] <= loss.Ended)
            return DuplicateKind.Unexplained;
        if (isLost)
            return DuplicateKind.Lost;
        return Stopwatch.GetElapsedTime(times[0], loss.Since) <= _settings.LeaseDuration
            ? DuplicateKind.InFlight
            : DuplicateKind.Unexplained;
    }

    private static void PrintUnexplained(string key, IReadOnlyList<long> times, Loss loss, bool isLost)
    {
        var seconds = string.Join(", ", times.Select(time => Round((time - loss.Ended) / (double)Stopwatch.Frequency)));
        var state = isLost ? "lost" : "stored";
        Console.Error.WriteLine($"  Unexplained: {key}, {state}, was received {seconds} s after the loss.");
    }

    private static double Round(double value) => Math.Round(value, 1);

    private enum DuplicateKind
    {
        None,
        Lost,
        InFlight,
        Unexplained,
    }

    /// <summary>The timestamps of a loss.</summary>
    /// <param name="Since">When the region did the first thing that the other one may not know of.</param>
    /// <param name="Begun">The first kill.</param>
    /// <param name="Ended">The last kill.</param>
    private readonly record struct Loss(long Since, long Begun, long Ended);
}

using System.Diagnostics;
using Notify.Load.Hosts;
using Notify.Providers;

namespace Notify.Load.Chaos;

/// <summary>Kills hosts again and again under load, and then checks that everything they acknowledged was delivered.</summary>
internal sealed class ChaosScenario : IAsyncDisposable
{
    private static readonly TimeSpan SettlingPatience = TimeSpan.FromSeconds(30);

    private readonly ChaosSettings _settings;
    private readonly ITopology _topology;
    private readonly RunningHosts _hosts;
    private readonly TriggerLoad _load;
    private readonly Audit _audit = new();
    private readonly Stopwatch _clock = new();
    private int _blows;

    private ChaosScenario(ChaosSettings settings, ITopology topology, string folder)
    {
        (_settings, _topology) = (settings, topology);
        _hosts = new RunningHosts(topology.Hosts, folder);
        _load = new TriggerLoad(topology.Addresses, settings.Count);
    }

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var settings = ChaosSettings.From(arguments);
        var folder = settings.Folder ?? Directory.CreateTempSubdirectory("notify-chaos-").FullName;
        Directory.CreateDirectory(folder);
        Console.Error.WriteLine($"chaos: seed {settings.Seed}, data in {folder}");

        await using ITopology topology = settings.IsCluster ? await StartClusterAsync(settings) : new OneHost(settings, folder);
        await using var scenario = new ChaosScenario(settings, topology, folder);
        var failures = await scenario.RunAsync();
        foreach (var failure in failures)
            Console.Error.WriteLine($"  FAILED: {failure}");
        if (failures.Count == 0 && settings.Folder is null)
            Directory.Delete(folder, recursive: true);
        return failures.Count == 0 ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        await _hosts.DisposeAsync();
        _load.Dispose();
    }

    // A lease must last longer than a restart of the store, so that an outcome can still be written after it.
    private static async Task<ITopology> StartClusterAsync(ChaosSettings settings) =>
        await Cluster.StartAsync(
            apis: 2,
            senders: 2,
            new HostSettings
            {
                Record = "",
                Port = 0,
                Seed = settings.Seed,
                Mood = VendorMood.Mixed,
                LeaseDuration = TimeSpan.FromSeconds(10),
            }
        );

    private async Task<IReadOnlyList<string>> RunAsync()
    {
        await _hosts.StartAllAsync();
        _clock.Start();
        using var ended = new CancellationTokenSource();
        var progress = ShowProgressAsync(ended.Token);
        try
        {
            await LoadUnderBlowsAsync(ended);
            var stuck = await SettleAsync();
            var seconds = _clock.Elapsed.TotalSeconds;
            await _hosts.StopAsync();
            return Report(stuck, seconds);
        }
        finally
        {
            await ended.CancelAsync();
            await progress.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LoadUnderBlowsAsync(CancellationTokenSource ended)
    {
        var load = _load.RunAsync(_settings.Clients, ended.Token);
        var blows = DealBlowsAsync(load, ended.Token);
        await await Task.WhenAny(load, blows);
        await Task.WhenAll(load, blows);
    }

    private async Task DealBlowsAsync(Task load, CancellationToken cancellationToken)
    {
        foreach (var planned in ChaosPlan.Draw(_settings, _topology.Hosts.Count, _topology.Engines.Count))
        {
            while (_load.Answered < planned.At && planned.Blow != Blow.KillAtStart)
            {
                if (load.IsCompleted)
                    await load;
                await _hosts.StartUnreadyAgainAsync();
                await Task.Delay(1, cancellationToken);
            }

            await Task.Delay(planned.Delay, cancellationToken);
            await DealAsync(planned.Blow, planned.Target);
            _blows++;
        }
    }

    private async Task DealAsync(Blow blow, int target)
    {
        if (blow == Blow.Restart)
        {
            await RestartAsync(_topology.Engines[target]);
            return;
        }

        var host = _hosts[target];
        if (blow != Blow.Stop)
        {
            await host.KillAsync();
            Excuse(ReadLeases([host], _topology.Stored));
        }
        else if (await host.Ready)
        {
            // A graceful stop leaves no attempt in flight, so it explains no duplicate.
            await host.StopAsync();
        }

        await host.DisposeAsync();
        _hosts.Start(target);
    }

    // The leases of attempts that were in flight when the store was down may have ended before the outcome could be written. They
    // are read before the hosts can reach the store, because another host may take a lease that has ended at once. The vendors'
    // records are read afterwards, because an attempt under such a lease may begin while the store is down.
    private async Task RestartAsync(Engine engine)
    {
        Console.Error.WriteLine($"  restarting {engine.Name}");
        HeldLeases[] held = [];
        await engine.RestartAsync(stored => held = ReadLeases(_hosts.All, stored));
        Excuse(held);
    }

    private static HeldLeases[] ReadLeases(IEnumerable<HostProcess> hosts, StoredDeliveries stored) =>
        [.. hosts.Select(host => new HeldLeases(host, stored.HeldBy(host.Id)))];

    private void Excuse(HeldLeases[] held)
    {
        foreach (var (host, deliveries) in held)
            _audit.AddKill(VendorRecord.Read(host.Settings.Record), deliveries);
    }

    /// <returns>The number of deliveries that are still pending although nothing has changed for a long time.</returns>
    private async Task<int> SettleAsync()
    {
        var (pending, changed) = (_topology.Stored.CountPending(), Stopwatch.GetTimestamp());
        while (pending > 0 && Stopwatch.GetElapsedTime(changed) < SettlingPatience)
        {
            await Task.Delay(50);
            await _hosts.StartUnreadyAgainAsync();
            var now = _topology.Stored.CountPending();
            // On a busy machine, a host that was just started needs longer than this patience to begin.
            if (now != pending || !_hosts.AreReady)
                (pending, changed) = (now, Stopwatch.GetTimestamp());
        }

        return pending;
    }

    private List<string> Report(int stuck, double seconds)
    {
        _audit.Finish(_load.Acknowledged, _hosts.Record, _topology.Stored.ReadHistories());
        var states = _topology.Stored.CountByState();
        var result = new ChaosResult(
            _settings.IsCluster ? "cluster" : "one",
            _settings.Count,
            _settings.Kills,
            _settings.Stops,
            _settings.Restarts * _topology.Engines.Count,
            _load.Answered,
            _audit.Delivered,
            _audit.Lost,
            stuck,
            _audit.Duplicates,
            _audit.Unexplained,
            _audit.InFlight,
            Math.Round(seconds, 1),
            Math.Round(_settings.Count / seconds, 1),
            _settings.Seed
        );
        result.Print();

        var failures = new List<string>();
        foreach (var host in _hosts.All)
            Expect(host.ExitCode == 0, $"a host exited with code {host.ExitCode} when it was stopped:\n{host.Output}");
        Expect(result.Acknowledged == result.Count, $"{result.Count - result.Acknowledged} triggers were never acknowledged");
        Expect(result.Lost == 0, $"{result.Lost} acknowledged notifications never reached the vendor");
        Expect(result.Stuck == 0, $"{result.Stuck} deliveries are still pending and nothing happens to them");
        Expect(
            _audit.Unexplained == 0,
            $"{_audit.Unexplained} duplicates are explained by neither attempts in flight nor lost answers:\n{_audit.Findings}"
        );
        Expect(
            states.GetValueOrDefault(DeliveryState.Sent) == result.Count,
            $"the database counts {string.Join(", ", states.Select(state => $"{state.Value} {state.Key}"))}"
        );
        return failures;

        void Expect(bool holds, string failure)
        {
            if (!holds)
                failures.Add(failure);
        }
    }

    private async Task ShowProgressAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2));
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            Console.Error.WriteLine(
                $"  {_clock.Elapsed.TotalSeconds, 4:0} s: {_load.Answered, 7} of {_settings.Count} acknowledged, "
                    + $"{_load.Unanswered} repeated,"
                    + $" {_blows} blows, {_audit.InFlight} attempts were in flight"
            );
        }
    }

    private sealed record HeldLeases(HostProcess Host, Dictionary<Guid, IReadOnlyList<Attempt>> Deliveries);
}

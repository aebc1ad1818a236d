using System.Diagnostics;
using Notify.Load.Hosts;
using Notify.Queueing;

namespace Notify.Load.Chaos;

/// <summary>Kills a host again and again under load, and then asks whether everything it acknowledged was delivered.</summary>
internal sealed class ChaosScenario : IAsyncDisposable
{
    private static readonly TimeSpan SettlingPatience = TimeSpan.FromSeconds(30);

    private readonly ChaosSettings _settings;
    private readonly string _folder;
    private readonly HostSettings _hostSettings;
    private readonly StoredDeliveries _stored;
    private readonly TriggerLoad _load;
    private readonly Audit _audit = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private HostProcess _host;
    private int _starts;
    private int _blows;

    private ChaosScenario(ChaosSettings settings, string folder)
    {
        (_settings, _folder) = (settings, folder);
        _hostSettings = new HostSettings
        {
            Database = Path.Combine(folder, "notify.db"),
            Record = "",
            Port = HostProcess.FreePort(),
            Seed = settings.Seed,
            Mood = VendorMood.Mixed,
        };
        _stored = new StoredDeliveries(_hostSettings.Database);
        _load = new TriggerLoad(_hostSettings.Address, settings.Count);
        _host = StartHost();
    }

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var settings = ChaosSettings.From(arguments);
        var folder = settings.Folder ?? Directory.CreateTempSubdirectory("notify-chaos-").FullName;
        Directory.CreateDirectory(folder);
        Console.Error.WriteLine($"chaos: seed {settings.Seed}, data in {folder}");

        await using var scenario = new ChaosScenario(settings, folder);
        var failures = await scenario.RunAsync();
        foreach (var failure in failures)
            Console.Error.WriteLine($"  FAILED: {failure}");
        if (failures.Count == 0 && settings.Folder is null)
            Directory.Delete(folder, recursive: true);
        return failures.Count == 0 ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _load.Dispose();
    }

    private async Task<IReadOnlyList<string>> RunAsync()
    {
        using var ended = new CancellationTokenSource();
        var progress = ShowProgressAsync(ended.Token);
        try
        {
            await LoadUnderBlowsAsync(ended);
            var stuck = await SettleAsync();
            var seconds = _clock.Elapsed.TotalSeconds;
            await _host.StopAsync();
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
        foreach (var planned in ChaosPlan.Draw(_settings))
        {
            while (_load.Answered < planned.At && planned.Blow != Blow.KillAtStart)
            {
                if (load.IsCompleted)
                    await load;
                if (_host.HasExited)
                    throw new InvalidOperationException($"The host ended by itself, with code {_host.ExitCode}:\n{_host.Output}");
                await Task.Delay(1, cancellationToken);
            }

            await Task.Delay(planned.Delay, cancellationToken);
            await DealAsync(planned.Blow);
        }
    }

    private async Task DealAsync(Blow blow)
    {
        if (blow == Blow.Stop)
            await _host.StopAsync();
        else
            await _host.KillAsync();

        // After a stop there is nothing to excuse a repetition with.
        if (blow != Blow.Stop)
            _audit.AddKill(VendorRecord.Read(_host.Settings.Record), _stored.HeldBy(_host.Id, _host.StartedAt));
        await _host.DisposeAsync();
        _host = StartHost();
        _blows++;
    }

    private HostProcess StartHost() =>
        HostProcess.Start(_hostSettings with { Record = Path.Combine(_folder, $"vendor-{++_starts:0000}.log") });

    /// <returns>What is pending although nothing has moved for long.</returns>
    private async Task<int> SettleAsync()
    {
        var (pending, changed) = (_stored.CountPending(), Stopwatch.GetTimestamp());
        while (pending > 0 && Stopwatch.GetElapsedTime(changed) < SettlingPatience)
        {
            await Task.Delay(50);
            var now = _stored.CountPending();
            if (now != pending)
                (pending, changed) = (now, Stopwatch.GetTimestamp());
        }

        return pending;
    }

    private List<string> Report(int stuck, double seconds)
    {
        _audit.Finish(_load.Acknowledged, Directory.GetFiles(_folder, "vendor-*.log").SelectMany(VendorRecord.Read));
        var states = _stored.CountByState();
        var result = new ChaosResult(
            _settings.Count, _settings.Kills, _settings.Stops, _load.Answered, _audit.Delivered, _audit.Lost, stuck, _audit.Duplicates,
            _audit.InFlight, Math.Round(seconds, 1), Math.Round(_settings.Count / seconds, 1), _settings.Seed);
        result.Print();

        var failures = new List<string>();
        Expect(_host.ExitCode == 0, $"the last host ended with code {_host.ExitCode} when it was stopped");
        Expect(result.Acknowledged == result.Count, $"{result.Count - result.Acknowledged} triggers were never acknowledged");
        Expect(result.Lost == 0, $"{result.Lost} acknowledged notifications never reached the vendor");
        Expect(result.Stuck == 0, $"{result.Stuck} deliveries are pending and nothing moves them");
        Expect(_audit.Unexplained == 0, $"{_audit.Unexplained} duplicates are not of attempts that were in flight at a kill");
        Expect(
            states.GetValueOrDefault(DeliveryState.Accepted) == result.Count,
            $"the database counts {string.Join(", ", states.Select(state => $"{state.Value} {state.Key}"))}");
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
                $"  {_clock.Elapsed.TotalSeconds,4:0} s: {_load.Answered,7} of {_settings.Count} acknowledged, {_load.Unanswered} repeated,"
                + $" {_blows} of {_settings.Kills + _settings.Stops} kills and stops, {_audit.InFlight} attempts were in flight");
        }
    }
}

using Notify.Load.Hosts;

namespace Notify.Load.Chaos;

/// <summary>The processes of a topology's hosts. Each process of each host has a vendor's record of its own.</summary>
internal sealed class RunningHosts(IReadOnlyList<HostSettings> settings, string folder) : IAsyncDisposable
{
    private readonly HostProcess?[] _processes = new HostProcess?[settings.Count];
    private int _starts;

    public IEnumerable<HostProcess> All => _processes.OfType<HostProcess>();

    /// <summary>What all vendors recorded.</summary>
    public IEnumerable<VendorEntry> Record => Directory.GetFiles(folder, "vendor-*.log").SelectMany(VendorRecord.Read);

    public HostProcess this[int host] => _processes[host]!;

    public async Task StartAllAsync()
    {
        for (var host = 0; host < _processes.Length; host++)
            Start(host);
        foreach (var process in All)
        {
            if (!await process.Ready)
                throw Ended(process);
        }
    }

    public void Start(int host) =>
        _processes[host] = HostProcess.Start(
            settings[host] with
            {
                Record = Path.Combine(folder, $"vendor-{++_starts:0000}.log"),
            }
        );

    /// <summary>
    /// Starts those again that ended while they were starting, as an orchestrator would: an engine that they need was away.
    /// Throws when one ended by itself that had been ready.
    /// </summary>
    public async Task StartUnreadyAgainAsync()
    {
        for (var host = 0; host < _processes.Length; host++)
        {
            if (_processes[host] is not { HasExited: true } process)
                continue;
            if (await process.Ready)
                throw Ended(process);
            await process.DisposeAsync();
            Start(host);
        }
    }

    public async Task StopAsync()
    {
        while (!(await Task.WhenAll(All.Select(process => process.Ready))).All(isReady => isReady))
            await StartUnreadyAgainAsync();
        await Task.WhenAll(All.Select(process => process.StopAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in All)
            await process.DisposeAsync();
    }

    private static InvalidOperationException Ended(HostProcess process) =>
        new($"The host ended by itself, with code {process.ExitCode}:\n{process.Output}");
}

using Notify.Load.Hosts;

namespace Notify.Load.Chaos;

/// <summary>The processes of a topology's hosts. Each process has its own vendor record.</summary>
/// <param name="settings">The settings of the hosts.</param>
/// <param name="folder">The folder of the vendor records.</param>
/// <param name="through">A program, with arguments, that starts each host.</param>
internal sealed class RunningHosts(IReadOnlyList<HostSettings> settings, string folder, params string[] through)
    : IAsyncDisposable
{
    private readonly HostProcess?[] _processes = new HostProcess?[settings.Count];
    private int _starts;

    public IEnumerable<HostProcess> All => _processes.OfType<HostProcess>();

    /// <summary>Whether every host answers.</summary>
    public bool AreReady => All.All(process => process.Ready is { IsCompletedSuccessfully: true, Result: true });

    /// <summary>The records of all vendors.</summary>
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
            },
            through
        );

    /// <summary>
    /// Restarts hosts that exited during their start because an engine was down, as an orchestrator would. Throws if a host
    /// exited by itself after it had been ready.
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
        new($"The host exited by itself with code {process.ExitCode}:\n{process.Output}");
}

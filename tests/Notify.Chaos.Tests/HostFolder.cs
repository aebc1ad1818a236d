using Notify.Load.Chaos;
using Notify.Load.Hosts;
using Notify.TestSupport;

namespace Notify.Chaos.Tests;

/// <summary>A folder with one database, and the host processes that a test starts on it.</summary>
internal sealed class HostFolder : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<HostProcess> _hosts = [];

    public HostFolder() => Stored = StoredDeliveries.InSqlite(Database);

    public string Database => _folder.File("notify.db");

    public StoredDeliveries Stored { get; }

    public HostSettings Settings(VendorMood mood = VendorMood.Prompt) =>
        new()
        {
            Database = Database,
            Record = _folder.File($"vendor-{Guid.NewGuid():N}.log"),
            Port = HostProcess.FreePort(),
            Mood = mood,
        };

    /// <summary>Starts a host and leaves open whether it gets ready.</summary>
    public HostProcess Launch(HostSettings settings, params string[] through)
    {
        var host = HostProcess.Start(settings, through);
        _hosts.Add(host);
        return host;
    }

    public async Task<HostProcess> StartAsync(HostSettings settings)
    {
        var host = Launch(settings);
        Assert.True(await host.Ready, host.Output);
        return host;
    }

    /// <summary>Reads what the vendors of all hosts recorded.</summary>
    public IEnumerable<VendorEntry> Record() => _hosts.SelectMany(host => VendorRecord.Read(host.Settings.Record));

    public Task SettledAsync() => Eventually.TrueAsync(() => Stored.CountPending() == 0, "every delivery to end");

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
        _folder.Dispose();
    }
}

using Notify.Load.Hosts;
using Notify.Providers;

namespace Notify.Load.Chaos;

/// <summary>A single host on a SQLite file.</summary>
internal sealed class OneHost : ITopology
{
    public OneHost(ChaosSettings settings, string folder)
    {
        var database = Path.Combine(folder, "notify.db");
        var host = new HostSettings
        {
            Database = database,
            Record = "",
            Port = HostProcess.FreePort(),
            Seed = settings.Seed,
            Mood = VendorMood.Mixed,
        };
        (Hosts, Addresses, Stored) = ([host], [host.Address], StoredDeliveries.InSqlite(database));
    }

    public IReadOnlyList<HostSettings> Hosts { get; }

    public IReadOnlyList<Uri> Addresses { get; }

    public StoredDeliveries Stored { get; }

    public IReadOnlyList<Engine> Engines => [];

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

namespace Notify.Load.Chaos;

/// <summary>What the chaos audit is asked to do.</summary>
internal sealed record ChaosSettings(int Count, int Kills, int Stops, int Clients, int Seed, string? Folder)
{
    public static ChaosSettings From(Arguments arguments)
    {
        var settings = new ChaosSettings(
            arguments.Int32("count", 100_000, min: 100),
            arguments.Int32("kills", 50, min: 0),
            arguments.Int32("stops", 0, min: 0),
            arguments.Int32("clients", 64, min: 1),
            arguments.Int32("seed", Random.Shared.Next(), min: 0),
            arguments.Text("data"));
        arguments.RefuseUnknown();
        return settings;
    }
}

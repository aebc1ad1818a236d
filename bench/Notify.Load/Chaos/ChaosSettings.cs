namespace Notify.Load.Chaos;

/// <summary>The settings of the chaos audit.</summary>
internal sealed record ChaosSettings(
    bool IsCluster,
    int Count,
    int Kills,
    int Stops,
    int Restarts,
    int Clients,
    int Seed,
    string? Folder
)
{
    public static ChaosSettings From(Arguments arguments)
    {
        var isCluster = arguments.Text("topology") switch
        {
            null or "one" => false,
            "cluster" => true,
            var other => throw new ArgumentException($"--topology must be 'one' or 'cluster', not '{other}'."),
        };
        var settings = new ChaosSettings(
            isCluster,
            arguments.Int32("count", 100_000, min: 100),
            arguments.Int32("kills", 50, min: 0),
            arguments.Int32("stops", 0, min: 0),
            isCluster ? arguments.Int32("restarts", 2, min: 0) : 0,
            arguments.Int32("clients", 64, min: 1),
            arguments.Int32("seed", Random.Shared.Next(), min: 0),
            arguments.Text("data")
        );
        arguments.RefuseUnknown();
        return settings;
    }
}

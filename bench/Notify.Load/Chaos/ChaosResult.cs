namespace Notify.Load.Chaos;

/// <summary>The result of the chaos audit. docs/chaos.md explains what is counted.</summary>
internal sealed record ChaosResult(
    string Topology,
    int Count,
    int Kills,
    int Stops,
    int EngineRestarts,
    int Acknowledged,
    int Delivered,
    int Lost,
    int Stuck,
    int Duplicates,
    int InFlightAtKills,
    double Seconds,
    double PerSecond,
    int Seed
) : Result("chaos", Count, PerSecond);

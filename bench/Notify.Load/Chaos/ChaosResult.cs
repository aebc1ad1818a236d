namespace Notify.Load.Chaos;

/// <summary>The result of the chaos audit. docs/explanation/chaos-audit.md explains what is counted.</summary>
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
    int Unexplained,
    int InFlightAtKills,
    double Seconds,
    double PerSecond,
    int Seed
) : Result("chaos", Count, PerSecond);

namespace Notify.Load.Chaos;

/// <summary>The chaos audit's result; see docs/explanation/chaos-audit.md for what is counted how.</summary>
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

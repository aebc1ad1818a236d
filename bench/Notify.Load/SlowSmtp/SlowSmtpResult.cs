namespace Notify.Load.SlowSmtp;

/// <summary>The result of the scenario with a slow mail server.</summary>
internal sealed record SlowSmtpResult(
    int Count,
    double PerSecond,
    int LatencyMs,
    int Connections,
    long AcceptedByServer,
    int Duplicates,
    int Missing,
    double Seconds,
    bool Passed
) : Result(SlowSmtpScenario.Name, Count, PerSecond);

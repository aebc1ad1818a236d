using System.Text.Json.Serialization;

namespace Notify.Load.Outbox;

/// <summary>The result of killing applications with an outbox and the service that they call.</summary>
/// <param name="Committed">The number of orders that were committed with their triggers.</param>
/// <param name="PerSecond">The number of committed orders per second.</param>
/// <param name="Engine">The database of the applications.</param>
/// <param name="Arrived">The number of committed triggers that are a notification of the service.</param>
/// <param name="Twice">The number of triggers that are several notifications.</param>
/// <param name="RolledBack">
/// The number of orders that were rolled back with their triggers, without those of killed processes.
/// </param>
/// <param name="RolledBackArrived">The number of notifications of triggers that were not committed.</param>
/// <param name="Refused">The number of triggers that the service refused.</param>
/// <param name="Kills">The number of kills.</param>
/// <param name="HostKills">The number of kills of the service.</param>
internal sealed record OutboxResult(
    int Committed,
    double PerSecond,
    string Engine,
    int Arrived,
    int Twice,
    int RolledBack,
    int RolledBackArrived,
    int Refused,
    int Kills,
    int HostKills
) : Result(OutboxScenario.Name, Committed, PerSecond)
{
    [JsonIgnore]
    public bool Passed => Arrived == Committed && Twice == 0 && RolledBackArrived == 0 && Refused == 0;
}

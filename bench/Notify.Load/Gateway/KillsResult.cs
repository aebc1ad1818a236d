namespace Notify.Load.Gateway;

/// <summary>The result of killing processes behind the gateway and the gateway itself.</summary>
/// <param name="Count">The number of notifications that were accepted.</param>
/// <param name="PerSecond">The number of accepted notifications per second.</param>
/// <param name="Kills">The number of kills.</param>
/// <param name="Repeated">The number of calls that clients had to repeat.</param>
/// <param name="Delivered">The number of notifications that were sent.</param>
/// <param name="Notifications">The number of different notifications that the idempotency keys led to.</param>
/// <param name="OtherErrors">The number of answers that a client could neither use nor repeat.</param>
internal sealed record KillsResult(
    int Count,
    double PerSecond,
    int Kills,
    int Repeated,
    int Delivered,
    int Notifications,
    int OtherErrors
) : Result(KillsScenario.Name, Count, PerSecond);

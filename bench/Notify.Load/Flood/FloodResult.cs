namespace Notify.Load.Flood;

/// <summary>The result of a flood of connections.</summary>
/// <param name="Count">How many connections were opened.</param>
/// <param name="PerSecond">How many events per second the host settled beside them.</param>
/// <param name="MemoryBeforeMb">What the host held before.</param>
/// <param name="StreamsMb">The most that it held with event streams that are not read.</param>
/// <param name="HalfOpenMb">The most that it held with half-open requests as well.</param>
/// <param name="StreamsCutOff">How many of the streams the host cut off, because they were not read.</param>
/// <param name="HalfOpenCutOff">How many of the half-open requests the host ended.</param>
/// <param name="Passed">Whether the memory stayed within its bound, and the host answered afterwards.</param>
internal sealed record FloodResult(
    int Count,
    double PerSecond,
    double MemoryBeforeMb,
    double StreamsMb,
    double HalfOpenMb,
    int StreamsCutOff,
    int HalfOpenCutOff,
    bool Passed
) : Result(FloodScenario.Name, Count, PerSecond);

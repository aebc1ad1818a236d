namespace Notify.Load.Flood;

/// <summary>The result of a flood of connections.</summary>
/// <param name="Count">The number of connections that were opened.</param>
/// <param name="PerSecond">The number of events per second that the host settled meanwhile.</param>
/// <param name="MemoryBeforeMb">The memory of the host before the flood, in megabytes.</param>
/// <param name="StreamsMb">The peak memory with event streams that are not read, in megabytes.</param>
/// <param name="HalfOpenMb">The peak memory with half-open requests as well, in megabytes.</param>
/// <param name="StreamsCutOff">The number of streams that the host closed because they were not read.</param>
/// <param name="HalfOpenCutOff">The number of half-open requests that the host ended.</param>
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

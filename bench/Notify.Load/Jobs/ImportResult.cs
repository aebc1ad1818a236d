namespace Notify.Load.Jobs;

/// <summary>The result of an import of devices whose process was killed, and of an export of all of them.</summary>
/// <param name="Count">The number of devices.</param>
/// <param name="ReceivedPerSecond">The number of lines per second that were stored while they arrived.</param>
/// <param name="PerSecond">The number of devices per second that were saved until the process was killed.</param>
/// <param name="DoneWhenKilled">The progress of the job when its process was killed.</param>
/// <param name="Stored">The number of devices that the store has in the end.</param>
/// <param name="Exported">The number of lines of the export.</param>
/// <param name="ExportedPerSecond">The number of lines per second of the export.</param>
/// <param name="PeakMb">The peak memory of the processes, in megabytes.</param>
/// <param name="Passed">Whether each device is stored and exported once, and the memory stayed within its bound.</param>
internal sealed record ImportResult(
    int Count,
    double ReceivedPerSecond,
    double PerSecond,
    long DoneWhenKilled,
    long Stored,
    long Exported,
    double ExportedPerSecond,
    double PeakMb,
    bool Passed
) : Result(ImportScenario.Name, Count, PerSecond);

namespace Notify.Load.Many;

/// <summary>The result of a stream of triggers whose receiver was killed.</summary>
/// <param name="Count">The number of lines.</param>
/// <param name="PerSecond">The number of lines per second that were accepted until the process was killed.</param>
/// <param name="RepeatedPerSecond">The number of lines per second of the whole stream when it was sent again.</param>
/// <param name="Acknowledged">The number of lines that were acknowledged when the process was killed.</param>
/// <param name="Duplicates">The number of lines that had been accepted before, when the stream was sent again.</param>
/// <param name="Stored">The number of notifications that the store has in the end.</param>
/// <param name="PeakMb">The peak memory of the receiving processes, in megabytes.</param>
/// <param name="Passed">
/// Whether there is exactly one notification per line, what was acknowledged kept its id, and the memory stayed within its bound.
/// </param>
internal sealed record ManyResult(
    int Count,
    double PerSecond,
    double RepeatedPerSecond,
    int Acknowledged,
    int Duplicates,
    int Stored,
    double PeakMb,
    bool Passed
) : Result(ManyScenario.Name, Count, PerSecond);

namespace Notify.Load.Scaling;

/// <summary>How the scaling runs went; <paramref name="PerSecond"/> is that of the last.</summary>
internal sealed record ScalingResult(int Count, double PerSecond, IReadOnlyList<ScalingRun> Runs)
    : Result("scaling", Count, PerSecond);

/// <summary>One run.</summary>
/// <param name="Processes">How many processes delivered.</param>
/// <param name="PerSecond">Deliveries per second of all of them.</param>
/// <param name="Shares">What each delivered.</param>
/// <param name="MostUneven">How far the process that is farthest from an equal share is from it, as a part of that share.</param>
/// <param name="Duplicates">What was delivered more than once.</param>
/// <param name="StoredBytesEach">
/// What a notification with one delivery takes in the database, with indexes and what vacuum has yet to free.
/// </param>
internal sealed record ScalingRun(
    int Processes,
    double PerSecond,
    IReadOnlyList<int> Shares,
    double MostUneven,
    int Duplicates,
    long StoredBytesEach
)
{
    public static ScalingRun Of(IReadOnlyList<int> shares, int count, double seconds, long stored)
    {
        var equal = (double)count / shares.Count;
        return new ScalingRun(
            shares.Count,
            Math.Round(count / seconds, 1),
            shares,
            Math.Round(shares.Max(share => Math.Abs(share - equal)) / equal, 3),
            shares.Sum() - count,
            stored / count
        );
    }

    public override string ToString() =>
        $"{Processes} processes: {PerSecond:0} per second, shares {string.Join(", ", Shares)}, "
        + $"uneven by {MostUneven:P1}, {Duplicates} duplicates, {StoredBytesEach} bytes each";
}

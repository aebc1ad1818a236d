namespace Notify.Load.Scaling;

/// <summary>The result of the scaling runs. <paramref name="PerSecond"/> is that of the last run.</summary>
internal sealed record ScalingResult(int Count, double PerSecond, IReadOnlyList<ScalingRun> Runs)
    : Result("scaling", Count, PerSecond);

/// <summary>One run.</summary>
/// <param name="Processes">The number of processes that delivered.</param>
/// <param name="PerSecond">The number of deliveries per second by all of them.</param>
/// <param name="Shares">The number of deliveries by each process.</param>
/// <param name="MostUneven">The largest deviation of a process from an equal share, as a fraction of that share.</param>
/// <param name="Duplicates">The number of notifications that were delivered more than once.</param>
/// <param name="StoredBytesEach">
/// The space that a notification with one delivery takes in the database, including indexes and rows that vacuum has not
/// removed yet.
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
    /// <summary>The work of the database for a delivery.</summary>
    public DatabaseWorkEach? Database { get; init; }

    public static ScalingRun Create(IReadOnlyList<int> shares, int count, double seconds, long stored)
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
        + $"uneven by {MostUneven:P1}, {Duplicates} duplicates, {StoredBytesEach} bytes each, {Database}";
}

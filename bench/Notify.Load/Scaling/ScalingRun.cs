namespace Notify.Load.Scaling;

/// <summary>The same number of deliveries by some processes.</summary>
internal sealed record ScalingRun
{
    /// <summary>The number of processes, each of which accepts triggers and delivers.</summary>
    public required int Processes { get; init; }

    /// <summary>The words for the load, such as the number of callers at once.</summary>
    public required string Load { get; init; }

    /// <summary>How long all deliveries together took.</summary>
    public required double Seconds { get; init; }

    /// <summary>The number of deliveries by each process.</summary>
    public required IReadOnlyList<int> Shares { get; init; }

    /// <summary>The number of deliveries.</summary>
    public required int Count { get; init; }

    /// <summary>The work of the database for a delivery.</summary>
    public required DatabaseWorkEach Database { get; init; }

    /// <summary>
    /// The space that a notification with one delivery takes in the database, including indexes and rows that vacuum has not
    /// removed yet.
    /// </summary>
    public required long StoredBytesEach { get; init; }

    /// <summary>The statements per second of one process that has nothing to do.</summary>
    public required double IdleStatements { get; init; }

    /// <summary>
    /// The shares of the server's active connections that waited for a lock on a row or table, and for a lock within the server,
    /// such as that of the log.
    /// </summary>
    public required (double Rows, double Internal) LockWaits { get; init; }

    public double PerSecond => Count / Seconds;

    public double CommitsPerProcess => Database.Commits * Count / Processes;

    /// <summary>The largest deviation of a process from an equal share, as a fraction of that share.</summary>
    public double MostUneven
    {
        get
        {
            var equal = (double)Count / Shares.Count;
            return Shares.Max(share => Math.Abs(share - equal)) / equal;
        }
    }

    /// <summary>The number of notifications that were delivered more than once.</summary>
    public int Duplicates => Shares.Sum() - Count;

    public override string ToString() =>
        $"{Processes} processes, {Load}: {PerSecond:0} per second, shares {string.Join(", ", Shares)}, uneven by "
        + $"{MostUneven:P1}, {Duplicates} duplicates; for a delivery {Database.Statements:0.00} statements, "
        + $"{Database.RoundTrips:0.00} round trips, {Database.WireBytes:0} bytes on the wire, {Database.LogBytes:0} of the log, "
        + $"{Database.Commits:0.00} commits, {StoredBytesEach} stored; {CommitsPerProcess:0} commits of a process; "
        + $"{LockWaits.Rows:P1} wait for rows, {LockWaits.Internal:P1} in the server; "
        + $"{IdleStatements:0.0} statements a second of an idle process";
}

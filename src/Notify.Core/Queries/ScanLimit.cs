namespace Notify.Core.Queries;

/// <summary>
/// The limit of a search that no index answers. A page ends when it is reached, possibly with fewer items than the page may have.
/// </summary>
internal readonly struct ScanLimit(TimeProvider time)
{
    /// <summary>The maximum number of items that one page examines.</summary>
    private const int MaxScanned = 5_000;

    /// <summary>A page also ends after this time, so that a list answers soon on a busy server, too.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromMilliseconds(75);

    private readonly long _started = time.GetTimestamp();

    /// <summary>Returns whether a page that has examined this many items must end.</summary>
    public bool IsReached(int scanned) => scanned >= MaxScanned || time.GetElapsedTime(_started) > MaxDuration;
}

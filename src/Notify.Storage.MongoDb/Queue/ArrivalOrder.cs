using System.Globalization;
using System.Security.Cryptography;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Which of several that take each other's place is newer: by time, and within a process by the order in which they came.
/// </summary>
internal sealed class ArrivalOrder(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _last;

    /// <summary>
    /// Greater, by its characters, than every one before and than <paramref name="after"/>, which a process may have made whose
    /// clock is ahead. The last half tells processes apart whose clocks agree.
    /// </summary>
    public string Next(string? after = null)
    {
        var known = after is null ? 0 : GetTime(after);
        lock (_lock)
        {
            _last = Math.Max(Math.Max(_last, known) + 1, time.GetUtcNow().UtcTicks);
            return _last.ToString("X16", CultureInfo.InvariantCulture) + RandomNumberGenerator.GetHexString(16);
        }
    }

    private static long GetTime(string order) =>
        long.Parse(order.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

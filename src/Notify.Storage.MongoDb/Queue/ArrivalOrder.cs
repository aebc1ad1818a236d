using System.Globalization;
using System.Security.Cryptography;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>
/// Creates values that order documents which replace each other, by time and, within a process, by order of arrival.
/// </summary>
internal sealed class ArrivalOrder(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _last;

    /// <summary>
    /// Creates a value that is greater, in ordinal comparison, than every earlier one of this process and than <paramref
    /// name="after"/>, which may come from a process whose clock is ahead. The second half distinguishes processes whose
    /// clocks agree.
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

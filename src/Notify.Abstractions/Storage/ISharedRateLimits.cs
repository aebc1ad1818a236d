using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// Rate limits that apply to all processes together, counted in a place that all of them can reach. Permits are taken in small
/// batches before they are needed, so that attempts do not wait for them.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface ISharedRateLimits
{
    /// <summary>
    /// Takes permits. The call always returns a result: if the shared count is unreachable, it takes permits from this process's
    /// share of the rate.
    /// </summary>
    /// <param name="limit">The name of the limit, such as <c>provider:fcm</c>. At most 512 characters.</param>
    /// <param name="perSecond">
    /// The number of permits per second for all processes together. Unused permits accumulate for up to one second. 0.01 to
    /// 1,000,000.
    /// </param>
    /// <param name="wanted">The maximum number of permits to take; at least 1.</param>
    /// <param name="cancellationToken">A token to cancel the operation. Permits may have been taken nevertheless.</param>
    /// <returns>The permits that were taken, 0 to <paramref name="wanted"/>, and those that are left.</returns>
    ValueTask<TakenPermits> TakeAsync(string limit, double perSecond, int wanted, CancellationToken cancellationToken);

    /// <summary>Returns unused permits, so that other processes can take them immediately.</summary>
    /// <param name="limit">The name of the limit.</param>
    /// <param name="perSecond">The rate at which the permits were taken.</param>
    /// <param name="unused">The number of permits; at least 1.</param>
    /// <param name="cancellationToken">A token to cancel the operation. The permits are then lost, which is harmless.</param>
    ValueTask GiveBackAsync(string limit, double perSecond, int unused, CancellationToken cancellationToken);
}

namespace Notify.Storage;

/// <summary>
/// Rates that hold over all processes together, counted where all of them reach. Permits are taken in small batches ahead of
/// their use, so that an attempt does not wait for one.
/// </summary>
public interface ISharedRateLimits
{
    /// <summary>
    /// Takes permits. It always answers: where the count cannot be reached, from this process's part of the rate.
    /// </summary>
    /// <param name="limit">What is limited, such as <c>provider:fcm</c>. At most 512 characters.</param>
    /// <param name="perSecond">
    /// Permits per second of all processes, which can be saved up for one second. 0.01 to 1,000,000.
    /// </param>
    /// <param name="wanted">How many to take at most; at least 1.</param>
    /// <param name="cancellationToken">Cancels the call; permits may have been taken all the same.</param>
    /// <returns>How many were taken: zero to <paramref name="wanted"/>.</returns>
    ValueTask<int> TakeAsync(string limit, double perSecond, int wanted, CancellationToken cancellationToken);

    /// <summary>Gives back permits that were taken and not used, so that others can have them at once.</summary>
    /// <param name="limit">What is limited.</param>
    /// <param name="perSecond">The rate they were taken at.</param>
    /// <param name="unused">How many; at least 1.</param>
    /// <param name="cancellationToken">Cancels the call; the permits are lost then, which harms nobody.</param>
    ValueTask GiveBackAsync(string limit, double perSecond, int unused, CancellationToken cancellationToken);
}

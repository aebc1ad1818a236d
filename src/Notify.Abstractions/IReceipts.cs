namespace Notify;

/// <summary>
/// Accepts receipts. Each receipt whose delivery exists is stored, moves the fallbacks of its delivery, and is published as an
/// event.
/// </summary>
public interface IReceipts
{
    /// <summary>
    /// Adds receipts. A <see cref="ReceiptKind.Bounced"/> receipt makes the next fallback of its delivery due. A receipt that
    /// proves that the message arrived cancels the fallbacks that are waiting.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="receipts">The receipts. A time in the future is replaced by the current time.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>For each receipt, in order, whether its delivery exists in the tenant.</returns>
    Task<IReadOnlyList<bool>> AddAsync(
        string tenant,
        IReadOnlyList<Receipt> receipts,
        CancellationToken cancellationToken = default
    );
}

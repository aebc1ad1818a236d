namespace Notify.Storage;

/// <summary>Keeps receipts with their deliveries.</summary>
public interface IReceiptStore
{
    /// <summary>
    /// Adds receipts. Any but <see cref="ReceiptKind.Bounced"/> cancels the deliveries that stand in for its own and still wait;
    /// a bounce makes them due. Answers, in order, whether each delivery is known to the tenant.
    /// </summary>
    ValueTask<IReadOnlyList<bool>> AddAsync(string tenant, IReadOnlyList<Receipt> receipts, CancellationToken cancellationToken);
}

using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A store of receipts, which are kept with their deliveries.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IReceiptStore
{
    /// <summary>
    /// Adds receipts. A receipt that its delivery has already (<see cref="Receipt.Repeats"/>) is not added again, even if several
    /// processes add it at the same time. If the delivery of a receipt has a fallback, a <see cref="ReceiptKind.Bounced"/>
    /// receipt makes the next step of the chain due if it is waiting. Any other receipt cancels those of the later steps that are
    /// waiting which <see cref="Notify.Providers.FallbackPlace.GetCancelledSteps"/> returns.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="receipts">The receipts.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>For each receipt, in order, whether its delivery exists in the tenant.</returns>
    ValueTask<IReadOnlyList<bool>> AddAsync(string tenant, IReadOnlyList<Receipt> receipts, CancellationToken cancellationToken);
}

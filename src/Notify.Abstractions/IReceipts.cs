using Notify.Providers;

namespace Notify;

/// <summary>
/// Receipts that an application reports itself, such as those of its apps. The HTTP API is built on this interface, so both
/// validate and answer in the same way. Receipts of vendors arrive through callbacks instead.
/// </summary>
public interface IReceipts
{
    /// <summary>
    /// Adds receipts to their deliveries. A receipt that proves arrival cancels the later fallback steps of its delivery, and a
    /// <see cref="ReceiptKind.Bounced"/> one makes the next step due.
    /// </summary>
    /// <param name="tenant">The tenant of the deliveries.</param>
    /// <param name="receipts">
    /// The receipts, at most 1,000. A time in the future is stored as the current time, because clocks of apps may be ahead.
    /// </param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The number of receipts that were stored, and the deliveries that the tenant does not have.</returns>
    /// <exception cref="InvalidRequestException">
    /// A receipt is invalid. The exception lists every invalid field, and nothing was stored.
    /// </exception>
    Task<AddedReceipts> AddAsync(string tenant, IReadOnlyList<Receipt> receipts, CancellationToken cancellationToken = default);

    /// <summary>
    /// Records what a vendor's callback reported: its receipts, whatever their kind, and the opt-outs among them. A time in the
    /// future is stored as the current time. Receipts of deliveries that the tenant does not have are ignored.
    /// </summary>
    /// <param name="reported">The receipts that <see cref="IReceiptCallback.ReadAsync"/> returned.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    Task RecordAsync(CallbackReceipts reported, CancellationToken cancellationToken = default);

    /// <summary>Validates receipts. A front end can use this method to report these errors together with its own.</summary>
    /// <param name="receipts">The receipts.</param>
    /// <returns>The errors; empty if all receipts are valid.</returns>
    IReadOnlyList<FieldError> Validate(IReadOnlyList<Receipt> receipts);
}

/// <summary>The result of adding receipts.</summary>
public sealed record AddedReceipts
{
    /// <summary>Gets the number of receipts that were stored.</summary>
    public required int Kept { get; init; }

    /// <summary>Gets the IDs of the deliveries that the tenant does not have. Their receipts were not stored.</summary>
    public required IReadOnlyList<Guid> Unknown { get; init; }
}

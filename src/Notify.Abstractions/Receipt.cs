namespace Notify;

/// <summary>A report from the vendor or the notified app about a delivery that was sent earlier.</summary>
/// <param name="DeliveryId">The ID of the delivery.</param>
/// <param name="Kind">The kind of event.</param>
/// <param name="At">The time of the event.</param>
/// <param name="Detail">The vendor's code or description of the event; never an address or content.</param>
public sealed record Receipt(Guid DeliveryId, ReceiptKind Kind, DateTimeOffset At, string? Detail = null);

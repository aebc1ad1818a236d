namespace Notify.Providers;

/// <summary>The cost that a vendor charges for one attempt.</summary>
/// <param name="Segments">The number of messages that are billed: a long SMS is billed as several segments.</param>
/// <param name="Amount">The price in <paramref name="Currency"/>; null until the vendor reports it.</param>
/// <param name="Currency">The ISO 4217 code of the currency; null if there is no amount.</param>
public sealed record Cost(int Segments, decimal? Amount = null, string? Currency = null);

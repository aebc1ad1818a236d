namespace Notify.Providers;

/// <summary>What a vendor bills for one attempt.</summary>
/// <param name="Segments">How many messages it counts: an SMS that is longer than one segment is billed as several.</param>
/// <param name="Amount">The price in <paramref name="Currency"/>; null while the vendor has not said it.</param>
/// <param name="Currency">The currency's ISO 4217 code; null without an amount.</param>
public sealed record Cost(int Segments, decimal? Amount = null, string? Currency = null);

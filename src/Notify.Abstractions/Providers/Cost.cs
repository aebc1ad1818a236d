using System.Diagnostics.CodeAnalysis;

namespace Notify.Providers;

/// <summary>The cost that a vendor charges for one attempt.</summary>
public sealed record Cost
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public Cost() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="segments">The number of messages that are billed: a long SMS is billed as several segments.</param>
    /// <param name="amount">The price in <see cref="Currency"/>; null until the vendor reports it.</param>
    /// <param name="currency">The ISO 4217 code of the currency; null if there is no amount.</param>
    [SetsRequiredMembers]
    public Cost(int segments, decimal? amount = null, string? currency = null)
    {
        Segments = segments;
        Amount = amount;
        Currency = currency;
    }

    /// <summary>Gets the number of messages that are billed: a long SMS is billed as several segments.</summary>
    public required int Segments { get; init; }

    /// <summary>Gets the price in <see cref="Currency"/>; null until the vendor reports it.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Gets the ISO 4217 code of the currency; null if there is no amount.</summary>
    public string? Currency { get; init; }
}

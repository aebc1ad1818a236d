namespace Notify.Providers;

/// <summary>
/// A reader for the receipts that a vendor posts to <c>/v1/callbacks/{provider}</c>. These requests carry no API key, so
/// implementations must verify the vendor's signature.
/// </summary>
public interface IReceiptCallback
{
    /// <summary>Gets the name of the provider that the callbacks are for.</summary>
    string Provider { get; }

    /// <summary>Verifies a request and reads its receipts.</summary>
    /// <param name="call">The request.</param>
    /// <returns>The receipts; null if the signature is invalid, in which case the request must be ignored.</returns>
    CallbackReceipts? Read(VendorCall call);
}

/// <summary>A request that claims to come from a vendor.</summary>
/// <param name="Query">The query string of the requested URL, including the question mark; empty if there is none.</param>
/// <param name="Headers">The headers, with case-insensitive names.</param>
/// <param name="Body">
/// The body. It is valid only until <see cref="IReceiptCallback.Read"/> returns, because the server reuses its memory for other
/// requests.
/// </param>
public sealed record VendorCall(string Query, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Returns the length of the body; never its contents.</summary>
    public override string ToString() => $"{Body.Length} bytes";
}

/// <summary>The receipts in a request from a vendor.</summary>
/// <param name="Tenant">The tenant of the deliveries.</param>
/// <param name="Receipts">
/// The receipts; empty if the request reports nothing to record, such as a message still in transit.
/// </param>
public sealed record CallbackReceipts(string Tenant, IReadOnlyList<Receipt> Receipts);

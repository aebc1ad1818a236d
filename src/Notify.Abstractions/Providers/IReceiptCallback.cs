namespace Notify.Providers;

/// <summary>
/// Reads what a vendor posts to <c>/v1/callbacks/{provider}</c>. Those calls carry no API key, so the reader checks the vendor's
/// own signature.
/// </summary>
public interface IReceiptCallback
{
    /// <summary>The name of the provider whose vendor calls.</summary>
    string Provider { get; }

    /// <summary>
    /// The receipts in a call; null when its signature is not the vendor's, and then nothing of it is believed.
    /// </summary>
    CallbackReceipts? Read(VendorCall call);
}

/// <summary>A call that claims to come from a vendor.</summary>
/// <param name="Query">The query of the URL that was called, with its question mark; empty when there is none.</param>
/// <param name="Headers">The headers, found by name in any case.</param>
/// <param name="Body">
/// The body, until <see cref="IReceiptCallback.Read"/> returns: it lies in the server's memory, which other requests get
/// afterwards.
/// </param>
public sealed record VendorCall(string Query, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body's length; never what is in the call.</summary>
    public override string ToString() => $"{Body.Length} bytes";
}

/// <summary>What a vendor's call says.</summary>
/// <param name="Tenant">The tenant of the deliveries.</param>
/// <param name="Receipts">
/// The receipts; empty when the call says nothing that is kept, such as that a message is on its way.
/// </param>
public sealed record CallbackReceipts(string Tenant, IReadOnlyList<Receipt> Receipts);

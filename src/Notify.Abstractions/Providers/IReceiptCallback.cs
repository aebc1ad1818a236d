using System.Diagnostics.CodeAnalysis;

namespace Notify.Providers;

/// <summary>
/// A reader for the receipts that a vendor posts to <c>/v1/callbacks/{provider}</c>. These requests carry no API key, so
/// implementations must verify the vendor's signature.
/// </summary>
public interface IReceiptCallback
{
    /// <summary>Gets the name of the provider that the callbacks are for.</summary>
    string Provider { get; }

    /// <summary>
    /// Gets the maximum size of a request body in bytes. The limit of the HTTP API applies as well. The default is 64 KiB.
    /// </summary>
    int MaxBodyBytes => 65_536;

    /// <summary>Verifies a request and reads its receipts.</summary>
    /// <param name="call">The request.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The receipts, or why there are none. A request whose signature is not valid must be answered with
    /// <see cref="CallbackResult.InvalidSignature"/>.
    /// </returns>
    ValueTask<CallbackResult> ReadAsync(VendorCall call, CancellationToken cancellationToken);
}

/// <summary>A request that claims to come from a vendor.</summary>
public sealed record VendorCall
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public VendorCall() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="query">The query string of the requested URL, including the question mark; empty if there is none.</param>
    /// <param name="headers">The headers, with case-insensitive names.</param>
    /// <param name="body">
    /// The body. It is valid only until <see cref="IReceiptCallback.ReadAsync"/> has completed, because the server reuses its
    /// memory for other requests.
    /// </param>
    [SetsRequiredMembers]
    public VendorCall(string query, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body)
    {
        Query = query;
        Headers = headers;
        Body = body;
    }

    /// <summary>Gets the query string of the requested URL, including the question mark; empty if there is none.</summary>
    public required string Query { get; init; }

    /// <summary>Gets the headers, with case-insensitive names.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>
    /// Gets the body. It is valid only until <see cref="IReceiptCallback.ReadAsync"/> has completed, because the server reuses
    /// its memory for other requests.
    /// </summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Returns the length of the body; never its contents.</summary>
    public override string ToString() => $"{Body.Length} bytes";
}

/// <summary>The receipts of one tenant in a request from a vendor.</summary>
public sealed record CallbackReceipts
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public CallbackReceipts() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="tenant">The tenant of the deliveries.</param>
    /// <param name="receipts">
    /// The receipts; empty if the request reports nothing to record, such as a message still in transit.
    /// </param>
    [SetsRequiredMembers]
    public CallbackReceipts(string tenant, IReadOnlyList<Receipt> receipts)
    {
        Tenant = tenant;
        Receipts = receipts;
    }

    /// <summary>Gets the tenant of the deliveries.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the receipts; empty if the request reports nothing to record, such as a message still in transit.</summary>
    public required IReadOnlyList<Receipt> Receipts { get; init; }
}

using Notify.Delivering;

namespace Notify.Conformance;

/// <summary>A vendor's answer over HTTP.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">The body.</param>
/// <param name="MediaType">The body's media type.</param>
public sealed record VendorAnswer(int Status, string Body = "", string MediaType = "application/json")
{
    /// <summary>Headers beside the body's own.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How the answer travels.</summary>
    public VendorDelivery Delivery { get; init; }
}

/// <summary>How an answer travels, or fails to.</summary>
public enum VendorDelivery
{
    /// <summary>At once.</summary>
    Whole,

    /// <summary>A byte at a time, but it arrives.</summary>
    Dripping,

    /// <summary>The head and half of the body arrive, the rest never.</summary>
    Stalling,

    /// <summary>Nothing ever arrives.</summary>
    Never,

    /// <summary>The connection is reset when the request has been read.</summary>
    Reset,

    /// <summary>The connection is closed in order when the request has been read.</summary>
    Closed,

    /// <summary>The connection ends in the midst of the body.</summary>
    Truncated,
}

/// <summary>What goes wrong at a vendor, or on the way to it.</summary>
public enum VendorFault
{
    /// <summary>429 without a Retry-After.</summary>
    TooManyRequests,

    /// <summary>500.</summary>
    InternalError,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>400 that says nothing about the recipient.</summary>
    BadRequest,

    /// <summary>401: the credentials are refused.</summary>
    Unauthorized,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>410.</summary>
    Gone,

    /// <summary>A success status with a body that the vendor never documented.</summary>
    MalformedBody,

    /// <summary>A connection that is reset after the whole request was read.</summary>
    ConnectionReset,

    /// <summary>A connection that is closed in order after the whole request was read.</summary>
    ConnectionClosed,

    /// <summary>
    /// No answer until the attempt's time is over. An exception that reports the cancellation counts as a lost answer.
    /// </summary>
    NoAnswer,

    /// <summary>Nothing listens at the vendor's address.</summary>
    ConnectionRefused,

    /// <summary>The vendor ends the TLS handshake.</summary>
    HandshakeRefused,

    /// <summary>A TLS handshake that is not over when the attempt's time is.</summary>
    HandshakeUnfinished,

    /// <summary>A connection that ends in the midst of a successful answer.</summary>
    TruncatedBody,

    /// <summary>A successful answer that arrives a byte at a time.</summary>
    SlowDrip,
}

/// <summary>What a fault should come to.</summary>
/// <param name="Kind">The outcome.</param>
/// <param name="IsProviderFailure">See <see cref="Outcome.IsProviderFailure"/>.</param>
/// <param name="IsThrottled">See <see cref="Outcome.IsThrottled"/>.</param>
public readonly record struct ExpectedOutcome(OutcomeKind Kind, bool IsProviderFailure = false, bool IsThrottled = false);

using System.Diagnostics.CodeAnalysis;
using Notify.Providers;

namespace Notify.Conformance.Providers;

/// <summary>An HTTP answer of a vendor.</summary>
public sealed record VendorAnswer
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public VendorAnswer() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="body">The body.</param>
    /// <param name="mediaType">The media type of the body.</param>
    [SetsRequiredMembers]
    public VendorAnswer(int status, string body = "", string mediaType = "application/json")
    {
        Status = status;
        Body = body;
        MediaType = mediaType;
    }

    /// <summary>Gets the status code.</summary>
    public required int Status { get; init; }

    /// <summary>Gets the body.</summary>
    public string Body { get; init; } = "";

    /// <summary>Gets the media type of the body.</summary>
    public string MediaType { get; init; } = "application/json";

    /// <summary>Gets the headers in addition to those of the body.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets how the answer is transmitted.</summary>
    public VendorDelivery Delivery { get; init; }
}

/// <summary>Specifies how an answer is transmitted, or how its transmission fails.</summary>
public enum VendorDelivery
{
    /// <summary>The answer arrives at once.</summary>
    Whole,

    /// <summary>The answer arrives completely, one byte at a time.</summary>
    Dripping,

    /// <summary>The head and half of the body arrive, and the rest never does.</summary>
    Stalling,

    /// <summary>Nothing ever arrives.</summary>
    Never,

    /// <summary>The connection is reset after the request has been read.</summary>
    Reset,

    /// <summary>The connection is closed gracefully after the request has been read.</summary>
    Closed,

    /// <summary>The connection is closed in the middle of the body.</summary>
    Truncated,
}

/// <summary>The faults of a vendor and of the network.</summary>
public enum VendorFault
{
    /// <summary>A 429 without Retry-After.</summary>
    TooManyRequests,

    /// <summary>A 500.</summary>
    InternalError,

    /// <summary>A 503.</summary>
    Unavailable,

    /// <summary>A 400 without information about the recipient.</summary>
    BadRequest,

    /// <summary>A 401, which refuses the credentials.</summary>
    Unauthorized,

    /// <summary>A 404.</summary>
    NotFound,

    /// <summary>A 410.</summary>
    Gone,

    /// <summary>A success with a body of an undocumented form.</summary>
    MalformedBody,

    /// <summary>A connection that is reset after the whole request has been read.</summary>
    ConnectionReset,

    /// <summary>A connection that is closed gracefully after the whole request has been read.</summary>
    ConnectionClosed,

    /// <summary>
    /// No answer until the attempt times out. If the provider then throws <see cref="OperationCanceledException"/>, the answer
    /// counts as lost.
    /// </summary>
    NoAnswer,

    /// <summary>A refused connection, because nothing listens at the vendor's address.</summary>
    ConnectionRefused,

    /// <summary>A TLS handshake that the vendor aborts.</summary>
    HandshakeRefused,

    /// <summary>A TLS handshake that is not finished when the attempt times out.</summary>
    HandshakeUnfinished,

    /// <summary>A connection that is closed in the middle of a successful answer.</summary>
    TruncatedBody,

    /// <summary>A successful answer that arrives one byte at a time.</summary>
    SlowDrip,
}

/// <summary>The expected outcome of a fault.</summary>
public readonly record struct ExpectedOutcome
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="kind">The kind of outcome.</param>
    /// <param name="isProviderFailure">The expected value of <see cref="Outcome.IsProviderFailure"/>.</param>
    /// <param name="isThrottled">The expected value of <see cref="Outcome.IsThrottled"/>.</param>
    [SetsRequiredMembers]
    public ExpectedOutcome(OutcomeKind kind, bool isProviderFailure = false, bool isThrottled = false)
    {
        Kind = kind;
        IsProviderFailure = isProviderFailure;
        IsThrottled = isThrottled;
    }

    /// <summary>Gets the kind of outcome.</summary>
    public required OutcomeKind Kind { get; init; }

    /// <summary>Gets the expected value of <see cref="Outcome.IsProviderFailure"/>.</summary>
    public bool IsProviderFailure { get; init; }

    /// <summary>Gets the expected value of <see cref="Outcome.IsThrottled"/>.</summary>
    public bool IsThrottled { get; init; }
}

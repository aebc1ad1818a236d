namespace Notify.FakeGateways.Fcm;

/// <summary>How the fake is to misbehave in one call.</summary>
public sealed record FcmFault
{
    private FcmFault() { }

    /// <summary>The connection is cut when the request has been read.</summary>
    public static FcmFault Reset { get; } = new() { Breaks = FcmBreak.Connection };

    /// <summary>The HTTP/2 stream is reset when the request has been read; other streams live on.</summary>
    public static FcmFault ResetStream { get; } = new() { Breaks = FcmBreak.Stream };

    /// <summary>The answer is the usual one, and the connection takes no further stream (GOAWAY).</summary>
    public static FcmFault GoAway { get; } = new() { Breaks = FcmBreak.GoAway };

    /// <summary>No answer ever comes.</summary>
    public static FcmFault Hang { get; } = new() { Delay = Timeout.InfiniteTimeSpan };

    internal FcmBreak Breaks { get; private init; }

    internal TimeSpan Delay { get; private init; }

    internal string? RetryAfter { get; private init; }

    internal FcmRefusal? Refusal { get; private init; }

    /// <summary>An error in the documented form.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="errorCode">The FcmError's code; null for an error without one.</param>
    /// <param name="field">The field that google.rpc.BadRequest names; null for none.</param>
    /// <param name="retryAfter">The Retry-After header; null for none.</param>
    public static FcmFault Answer(int status, string? errorCode, string? field = null, string? retryAfter = null) =>
        new() { Refusal = new FcmRefusal(status, errorCode, "The fake was told to refuse.", field), RetryAfter = retryAfter };

    /// <summary>An answer with this very body.</summary>
    public static FcmFault Raw(int status, string body) => new() { Refusal = new FcmRefusal(status, null, "") { Body = body } };

    /// <summary>The usual answer, later.</summary>
    public static FcmFault Late(TimeSpan delay) => new() { Delay = delay };
}

internal enum FcmBreak
{
    Nothing,
    Connection,
    Stream,
    GoAway,
}

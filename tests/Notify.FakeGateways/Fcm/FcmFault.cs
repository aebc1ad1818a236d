namespace Notify.FakeGateways.Fcm;

/// <summary>The way in which the fake fails one call.</summary>
public sealed record FcmFault
{
    private FcmFault() { }

    /// <summary>Aborts the connection after the request has been read.</summary>
    public static FcmFault Reset { get; } = new() { Breaks = FcmBreak.Connection };

    /// <summary>Resets the HTTP/2 stream after the request has been read. Other streams are not affected.</summary>
    public static FcmFault ResetStream { get; } = new() { Breaks = FcmBreak.Stream };

    /// <summary>Answers as usual, and sends GOAWAY, after which the connection accepts no new stream.</summary>
    public static FcmFault GoAway { get; } = new() { Breaks = FcmBreak.GoAway };

    /// <summary>Never answers.</summary>
    public static FcmFault Hang { get; } = new() { Delay = Timeout.InfiniteTimeSpan };

    internal FcmBreak Breaks { get; private init; }

    internal TimeSpan Delay { get; private init; }

    internal string? RetryAfter { get; private init; }

    internal FcmRefusal? Refusal { get; private init; }

    /// <summary>Answers with an error in the documented form.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="errorCode">The code in the error's FcmError, or null to leave FcmError out.</param>
    /// <param name="field">The field that the error's google.rpc.BadRequest names, or null to leave BadRequest out.</param>
    /// <param name="retryAfter">The value of the header Retry-After, or null to send no such header.</param>
    public static FcmFault Answer(int status, string? errorCode, string? field = null, string? retryAfter = null) =>
        new() { Refusal = new FcmRefusal(status, errorCode, "The test asked for this error.", field), RetryAfter = retryAfter };

    /// <summary>Answers with exactly this body.</summary>
    public static FcmFault Raw(int status, string body) => new() { Refusal = new FcmRefusal(status, null, "") { Body = body } };

    /// <summary>Gives the usual answer after a delay.</summary>
    public static FcmFault Late(TimeSpan delay) => new() { Delay = delay };
}

internal enum FcmBreak
{
    Nothing,
    Connection,
    Stream,
    GoAway,
}

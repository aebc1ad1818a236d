using System.Text.Json.Serialization;

namespace Notify.Providers;

/// <summary>The outcome of an attempt.</summary>
public sealed class Outcome
{
    private static readonly Outcome SentWithoutId = new(OutcomeKind.Sent);

    private Outcome(OutcomeKind kind) => Kind = kind;

    /// <summary>Gets the kind of the outcome.</summary>
    public OutcomeKind Kind { get; }

    /// <summary>
    /// Gets the reason, in words for an operator. For a sent message, it describes what the vendor left out, or is null. It
    /// never contains an address or content.
    /// </summary>
    public string? Reason { get; private init; }

    /// <summary>
    /// Gets the vendor's ID for the message, by which receipts are matched; null if the vendor did not assign one.
    /// </summary>
    public string? ProviderMessageId { get; private init; }

    /// <summary>Gets how long the vendor asked to wait; null if it did not specify a time.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>
    /// Gets whether the provider failed rather than this delivery, as in an outage or when the credentials are refused. The
    /// delivery moves to another provider of the channel, which may succeed. No attempt counts against the retry budget unless
    /// the answer was lost.
    /// </summary>
    public bool IsProviderFailure { get; private init; }

    /// <summary>
    /// Gets whether the vendor asked to be called less often. The provider's rate is reduced, and the delivery waits without
    /// using its retry budget.
    /// </summary>
    public bool IsThrottled { get; private init; }

    /// <summary>
    /// Gets whether the recipient asked the vendor not to receive any more messages (for example, by replying STOP). The user's
    /// preference for the channel is set accordingly.
    /// </summary>
    public bool IsOptOut { get; private init; }

    /// <summary>
    /// Gets the time since which the vendor has known that the address no longer exists; null if it did not report one.
    /// </summary>
    public DateTimeOffset? GoneSince { get; private init; }

    /// <summary>Gets the cost that the vendor charges; null if it does not report one or charges nothing.</summary>
    public Cost? Cost { get; private init; }

    /// <summary>Creates the outcome of a message that was sent: the vendor accepted it.</summary>
    /// <param name="providerMessageId">The vendor's ID for the message, or null.</param>
    /// <param name="cost">The cost that the vendor charges, or null.</param>
    /// <param name="note">What the vendor left out, such as copies that it refused; null if nothing was left out.</param>
    public static Outcome Sent(string? providerMessageId = null, Cost? cost = null, string? note = null) =>
        providerMessageId is null && cost is null && note is null
            ? SentWithoutId
            : new Outcome(OutcomeKind.Sent)
            {
                ProviderMessageId = providerMessageId,
                Cost = cost,
                Reason = note,
            };

    /// <summary>Creates the outcome of an attempt that failed but may succeed later.</summary>
    /// <param name="reason">The reason. It must not contain an address or content.</param>
    /// <param name="after">The vendor's Retry-After; null to compute the delay from the channel's retry options.</param>
    public static Outcome Retry(string reason, TimeSpan? after = null) =>
        new(OutcomeKind.Retry) { Reason = reason, RetryAfter = after };

    /// <summary>
    /// Creates the outcome of an attempt that failed because the provider currently cannot send anything: it is unreachable, or
    /// it refuses the credentials. The message was certainly not sent.
    /// </summary>
    /// <param name="reason">The reason. It must not contain an address or content.</param>
    /// <param name="after">The vendor's Retry-After; null to compute the delay from the channel's retry options.</param>
    public static Outcome ProviderFailed(string reason, TimeSpan? after = null) =>
        new(OutcomeKind.Retry)
        {
            Reason = reason,
            RetryAfter = after,
            IsProviderFailure = true,
        };

    /// <summary>
    /// Creates the outcome of an attempt in which the message was sent, wholly or in part, and the answer was lost: the
    /// connection was reset or closed, or no answer arrived in time. The vendor may or may not have accepted the message. The
    /// attempt counts against the retry budget, and <see cref="RetryOptions.RepeatAfterLostAnswer"/> determines whether another
    /// one is made.
    /// </summary>
    /// <param name="reason">The reason. It must not contain an address or content.</param>
    /// <param name="after">The vendor's Retry-After; null to compute the delay from the channel's retry options.</param>
    /// <param name="isProviderFailure">
    /// True if the vendor itself failed to answer. This counts toward opening the provider's circuit, and a repetition uses the
    /// channel's next provider. False if the recipient's own server failed to answer, as with a webhook.
    /// </param>
    public static Outcome AnswerLost(string reason, TimeSpan? after = null, bool isProviderFailure = false) =>
        new(OutcomeKind.AnswerLost)
        {
            Reason = reason,
            RetryAfter = after,
            IsProviderFailure = isProviderFailure,
        };

    /// <summary>
    /// Creates the outcome of an attempt after which the vendor asked the whole provider to be called less often (HTTP 429).
    /// </summary>
    /// <param name="reason">The reason. It must not contain an address or content.</param>
    /// <param name="after">The vendor's Retry-After; null to compute the delay from the channel's retry options.</param>
    public static Outcome Throttled(string reason, TimeSpan? after = null) =>
        new(OutcomeKind.Retry)
        {
            Reason = reason,
            RetryAfter = after,
            IsThrottled = true,
        };

    /// <summary>Creates the outcome of a message that the vendor will never accept. It is not retried.</summary>
    /// <param name="reason">The reason. It must not contain an address or content.</param>
    public static Outcome Rejected(string reason) => new(OutcomeKind.Rejected) { Reason = reason };

    /// <summary>Creates the outcome of a message whose recipient has opted out with the vendor. It is not retried.</summary>
    /// <param name="reason">The reason. It must not contain an address or content.</param>
    public static Outcome OptedOut(string reason) => new(OutcomeKind.Rejected) { Reason = reason, IsOptOut = true };

    /// <summary>Creates the outcome of a message to an address that no longer exists. It is not retried.</summary>
    /// <param name="reason">The reason. It must not contain an address or content.</param>
    /// <param name="since">
    /// The time since which the address has been gone, as reported by the vendor; null for now. An address that was registered
    /// after this time is considered valid again and is kept.
    /// </param>
    public static Outcome RecipientGone(string reason, DateTimeOffset? since = null) =>
        new(OutcomeKind.RecipientGone) { Reason = reason, GoneSince = since };

    /// <inheritdoc/>
    public override string ToString() => Reason is null ? Kind.ToString() : $"{Kind}: {Reason}";
}

/// <summary>The kind of outcome of an attempt.</summary>
[JsonConverter(typeof(OutcomeKindJsonConverter))]
public enum OutcomeKind
{
    /// <summary>An outcome that this version of Notify does not know. A newer version recorded it.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown = -1,

    /// <summary>The message was sent: the vendor accepted it.</summary>
    [JsonStringEnumMemberName("sent")]
    Sent = 0,

    /// <summary>The attempt failed. A later attempt may succeed.</summary>
    [JsonStringEnumMemberName("retry")]
    Retry,

    /// <summary>The vendor will never accept the message.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>The address no longer exists.</summary>
    [JsonStringEnumMemberName("recipientGone")]
    RecipientGone,

    /// <summary>The answer was lost, so it is unknown whether the vendor accepted the message.</summary>
    [JsonStringEnumMemberName("answerLost")]
    AnswerLost,
}

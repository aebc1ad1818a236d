using System.Text.Json.Serialization;

namespace Notify.Providers;

/// <summary>What an attempt came to.</summary>
public sealed class Outcome
{
    private static readonly Outcome AcceptedWithoutId = new(OutcomeKind.Accepted);

    private Outcome(OutcomeKind kind) => Kind = kind;

    /// <summary>Gets the kind of the outcome.</summary>
    public OutcomeKind Kind { get; }

    /// <summary>
    /// Gets why, in words for an operator; when accepted, what the vendor left out, else null. Never an address or content.
    /// </summary>
    public string? Reason { get; private init; }

    /// <summary>The vendor's id for the message, to match receipts with. Null when the vendor gave none.</summary>
    public string? ProviderMessageId { get; private init; }

    /// <summary>How long the vendor asked to wait. Null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>
    /// True when the provider failed and not this delivery: an outage, refused credentials. Another provider of the channel
    /// may succeed, so the delivery moves there. It spends no attempt, unless the answer was lost.
    /// </summary>
    public bool IsProviderFailure { get; private init; }

    /// <summary>
    /// True when the vendor asked to be called less often. The provider's rate gives way, and the delivery waits without
    /// spending its retry budget.
    /// </summary>
    public bool IsThrottled { get; private init; }

    /// <summary>
    /// True when the recipient told the vendor to be left alone (a reply of STOP). A user's preference for the channel becomes
    /// that it is not wanted.
    /// </summary>
    public bool IsOptOut { get; private init; }

    /// <summary>Since when the vendor knows that the address is dead; null when it did not say.</summary>
    public DateTimeOffset? GoneSince { get; private init; }

    /// <summary>What the vendor bills; null when it does not say, or bills nothing.</summary>
    public Cost? Cost { get; private init; }

    /// <summary>The vendor took the message over.</summary>
    /// <param name="providerMessageId">The vendor's id for the message.</param>
    /// <param name="cost">What it bills.</param>
    /// <param name="note">What it left out, such as copies that it refused. Null for nothing.</param>
    public static Outcome Accepted(string? providerMessageId = null, Cost? cost = null, string? note = null) =>
        providerMessageId is null && cost is null && note is null
            ? AcceptedWithoutId
            : new Outcome(OutcomeKind.Accepted)
            {
                ProviderMessageId = providerMessageId,
                Cost = cost,
                Reason = note,
            };

    /// <summary>This attempt failed, a later one may succeed.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="after">The vendor's Retry-After; null leaves the delay to the channel's retry options.</param>
    public static Outcome Retry(string reason, TimeSpan? after = null) =>
        new(OutcomeKind.Retry) { Reason = reason, RetryAfter = after };

    /// <summary>
    /// The provider cannot send anything at present: it cannot be reached, or it refuses the credentials. The message was
    /// certainly not sent.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="after">The vendor's Retry-After; null leaves the delay to the channel's retry options.</param>
    public static Outcome ProviderFailed(string reason, TimeSpan? after = null) =>
        new(OutcomeKind.Retry)
        {
            Reason = reason,
            RetryAfter = after,
            IsProviderFailure = true,
        };

    /// <summary>
    /// The message went out, wholly or in part, and its answer was lost: the connection was reset or closed, or nothing came in
    /// time. The vendor may or may not have taken the message over. The attempt is spent, and
    /// <see cref="RetryOptions.RepeatAfterLostAnswer"/> decides whether another one is made.
    /// </summary>
    /// <param name="reason">Why.</param>
    /// <param name="after">The vendor's Retry-After; null leaves the delay to the channel's retry options.</param>
    /// <param name="isProviderFailure">
    /// True when the vendor itself failed to answer, which opens the provider's circuit and moves a repetition to the channel's
    /// next provider. False when the recipient's own server did, as a webhook's.
    /// </param>
    public static Outcome AnswerLost(string reason, TimeSpan? after = null, bool isProviderFailure = false) =>
        new(OutcomeKind.AnswerLost)
        {
            Reason = reason,
            RetryAfter = after,
            IsProviderFailure = isProviderFailure,
        };

    /// <summary>The vendor asked the whole provider to be called less often (HTTP 429).</summary>
    /// <param name="reason">Why.</param>
    /// <param name="after">The vendor's Retry-After; null leaves the delay to the channel's retry options.</param>
    public static Outcome Throttled(string reason, TimeSpan? after = null) =>
        new(OutcomeKind.Retry)
        {
            Reason = reason,
            RetryAfter = after,
            IsThrottled = true,
        };

    /// <summary>The vendor will never take this message. It is not tried again.</summary>
    public static Outcome Rejected(string reason) => new(OutcomeKind.Rejected) { Reason = reason };

    /// <summary>The recipient told the vendor to be left alone. It is not tried again.</summary>
    public static Outcome OptedOut(string reason) => new(OutcomeKind.Rejected) { Reason = reason, IsOptOut = true };

    /// <summary>The address does not exist any more. It is not tried again.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="since">
    /// Since when, by the vendor's own word: an address that was registered later is alive again and is kept. Null means now.
    /// </param>
    public static Outcome RecipientGone(string reason, DateTimeOffset? since = null) =>
        new(OutcomeKind.RecipientGone) { Reason = reason, GoneSince = since };

    /// <inheritdoc/>
    public override string ToString() => Reason is null ? Kind.ToString() : $"{Kind}: {Reason}";
}

/// <summary>The results of an attempt.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutcomeKind>))]
public enum OutcomeKind
{
    /// <summary>The vendor took the message over.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>This attempt failed, a later one may succeed.</summary>
    [JsonStringEnumMemberName("retry")]
    Retry,

    /// <summary>The vendor will never take this message.</summary>
    [JsonStringEnumMemberName("rejected")]
    Rejected,

    /// <summary>The address does not exist any more.</summary>
    [JsonStringEnumMemberName("recipientGone")]
    RecipientGone,

    /// <summary>The message was sent, and it is unknown whether the vendor took it over.</summary>
    [JsonStringEnumMemberName("answerLost")]
    AnswerLost,
}

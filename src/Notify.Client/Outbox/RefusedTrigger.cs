namespace Notify.Client.Outbox;

/// <summary>A trigger that is kept in the outbox and not sent again by itself.</summary>
public sealed class RefusedTrigger
{
    /// <summary>
    /// The code of a trigger that the service may have accepted, but whose idempotency key it may have forgotten since. Look
    /// whether the notification exists, for example by its reference; then retry or delete the trigger.
    /// </summary>
    public const string OutcomeUnknown = "outcome_unknown";

    /// <summary>Gets the ID of the row.</summary>
    public required long Id { get; init; }

    /// <summary>Gets the tenant of the trigger.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets when the trigger was stored.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>Gets when the service refused it, or it was given up.</summary>
    public required DateTimeOffset RefusedAt { get; init; }

    /// <summary>Gets the number of times that it was sent.</summary>
    public required int Attempts { get; init; }

    /// <summary>Gets the code, one of <see cref="ProblemCodes"/> or <see cref="OutcomeUnknown"/>.</summary>
    public required string Code { get; init; }

    /// <summary>Gets the reason, with the invalid fields. The wording may change at any time.</summary>
    public required string Reason { get; init; }

    /// <summary>Gets the trigger as the HTTP API takes it, in JSON. It has addresses and content: do not log it.</summary>
    public required string Body { get; init; }
}

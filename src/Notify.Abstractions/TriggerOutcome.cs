namespace Notify;

/// <summary>What became of one of many triggers: a result, or the exception that <c>TriggerAsync</c> would have thrown.</summary>
public readonly record struct TriggerOutcome
{
    /// <summary>Initializes a new instance for a trigger that was accepted.</summary>
    /// <param name="result">The result.</param>
    public TriggerOutcome(TriggerResult result) => Result = result;

    /// <summary>Initializes a new instance for a trigger that was not accepted.</summary>
    /// <param name="error">The exception.</param>
    public TriggerOutcome(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Error = error;
    }

    /// <summary>Gets the result; null if the trigger was not accepted.</summary>
    public TriggerResult? Result { get; }

    /// <summary>
    /// Gets the exception of a trigger that was not accepted: an <see cref="InvalidRequestException"/>, an
    /// <see cref="IdempotencyConflictException"/>, or an exception of the store, in which case the trigger can be repeated. Null
    /// if the trigger was accepted.
    /// </summary>
    public Exception? Error { get; }
}

namespace Notify.Client.Outbox;

/// <summary>The triggers in an outbox.</summary>
public sealed record OutboxCounts
{
    /// <summary>Gets the number of triggers that wait for the service.</summary>
    public required long Waiting { get; init; }

    /// <summary>Gets when the oldest of them was stored; null if none waits.</summary>
    public required DateTimeOffset? OldestEnqueuedAt { get; init; }

    /// <summary>Gets the number of refused triggers.</summary>
    public required long Refused { get; init; }
}

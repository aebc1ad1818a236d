using Notify.Providers;

namespace Notify.Storage;

/// <summary>How a lease ends: what a queue writes if the lease still holds.</summary>
public sealed record Settlement
{
    /// <summary>The delivery.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>The lease's fence. The settlement is written only where the delivery still has it.</summary>
    public required long Fence { get; init; }

    /// <summary>Where the delivery stands from now on.</summary>
    public required DeliveryState State { get; init; }

    /// <summary>When it falls due again; null exactly when <see cref="State"/> is terminal.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>The provider that is to send it from now on.</summary>
    public required string Provider { get; init; }

    /// <summary>The attempts that spent its retry budget so far.</summary>
    public required int AttemptsSpent { get; init; }

    /// <summary>
    /// The delay from which the next one grows. <see cref="DueAt"/> may be later than this delay says: quiet hours come in
    /// between.
    /// </summary>
    public TimeSpan RetryDelay { get; init; }

    /// <summary>Why it ended or waits.</summary>
    public string? Reason { get; init; }

    /// <summary>The attempt to append to its history; null when none was made.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>When it was settled.</summary>
    public required DateTimeOffset SettledAt { get; init; }
}

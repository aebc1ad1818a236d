namespace Notify.Testing;

/// <summary>A trigger that a <see cref="FakeNotifier"/> accepted.</summary>
public sealed record RecordedTrigger
{
    /// <summary>Gets the ID of the notification.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the trigger as the application passed it.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>Gets the time at which the trigger was accepted.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Gets whether the application passed its own database transaction.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>Gets whether the application cancelled the notification later.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Returns the ID of the notification; never an address or content.</summary>
    public override string ToString() => $"{Id}";
}

namespace Notify;

/// <summary>
/// Pauses and resumes broadcasts: notifications to topics, whose deliveries are created batch by batch. The HTTP API is built on
/// this interface. To stop a broadcast for good, cancel its notification (<see cref="INotifier"/>), whether or not it is paused.
/// </summary>
/// <remarks>
/// A paused broadcast creates no further deliveries. Deliveries that exist are sent: they wait in the queue like any other, and
/// holding a million of them would take a write for each. A batch that a worker is storing at the moment of the call may follow.
/// </remarks>
public interface IBroadcasts
{
    /// <summary>Pauses a broadcast until it is resumed, in all processes and over restarts.</summary>
    /// <param name="tenant">The tenant of the notification.</param>
    /// <param name="id">The ID of the notification.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The broadcast; null if the tenant has no such notification, or if it is not to a topic. A broadcast that is paused
    /// already, or that has ended, stays as it is.
    /// </returns>
    Task<Broadcast?> PauseAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Resumes a broadcast behind its last subscriber. It continues within seconds, and no subscriber is notified twice.
    /// </summary>
    /// <param name="tenant">The tenant of the notification.</param>
    /// <param name="id">The ID of the notification.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The broadcast; null if the tenant has no such notification, or if it is not to a topic. A broadcast that is not paused
    /// stays as it is.
    /// </returns>
    Task<Broadcast?> ResumeAsync(string tenant, Guid id, CancellationToken cancellationToken = default);

    /// <summary>Finds a broadcast.</summary>
    /// <param name="tenant">The tenant of the notification.</param>
    /// <param name="id">The ID of the notification.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The broadcast; null if the tenant has no such notification, or if it is not to a topic.</returns>
    Task<Broadcast?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken = default);
}

/// <summary>A notification to topics, and how far it is.</summary>
public sealed record Broadcast
{
    /// <summary>Gets the ID of the notification.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the time at which the broadcast was paused; null if it is not paused or has ended.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>Gets the progress; see <see cref="NotificationTimeline.Expansions"/>.</summary>
    public required IReadOnlyList<ExpansionProgress> Expansions { get; init; }

    /// <summary>Gets whether no further deliveries are created.</summary>
    public bool HasEnded => Expansions.All(expansion => expansion.IsComplete);
}

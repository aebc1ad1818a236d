namespace Notify;

/// <summary>A query for notifications. A notification must match all of the specified criteria.</summary>
public sealed record NotificationQuery
{
    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets the inclusive start of the period in which a notification was accepted, to the millisecond.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the exclusive end of the period in which a notification was accepted, to the millisecond.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Gets the reference; null for any. An index finds it. See <see cref="Trigger.Reference"/>.</summary>
    public string? Reference { get; init; }

    /// <summary>Gets a tag; null for any. An index finds it. See <see cref="Trigger.Tags"/>.</summary>
    public string? Tag { get; init; }

    /// <summary>
    /// Gets the ID of a user whom the trigger names; null for any. Notifications that reach the user through a topic are not
    /// found.
    /// </summary>
    public string? UserId { get; init; }

    /// <summary>
    /// Gets an address that the trigger names, such as an email address or a phone number; null for any. Notifications that reach
    /// it as an address of a user or of a subscriber are not found. Email addresses are compared without regard to case.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>Gets the name of the template; null for any.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the category; null for any.</summary>
    public string? Category { get; init; }

    /// <summary>
    /// Gets the channel over which the notification has a delivery; null for any. A broadcast that has reached more than 5,000
    /// subscribers is found by the channels that its trigger allows.
    /// </summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the priority; null for any.</summary>
    public Priority? Priority { get; init; }

    /// <summary>
    /// Gets the status; null for any. Notifications whose <see cref="NotificationSummary.Status"/> is null are not found.
    /// </summary>
    public NotificationStatus? Status { get; init; }

    /// <summary>Returns the name of the type, because the criteria may contain an address.</summary>
    public override string ToString() => nameof(NotificationQuery);
}

/// <summary>A notification in a list.</summary>
public sealed record NotificationSummary
{
    /// <summary>Gets the ID of the notification.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the time at which it was accepted.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Gets the time at which it expires.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets the trigger, without its content.</summary>
    public required Trigger Trigger { get; init; }

    /// <summary>
    /// Gets the status. It is null in a list if more than 5,000 subscribers of topics were expanded and the expansion has ended,
    /// because a list does not count so many deliveries; see <see cref="NotificationTimeline.Status"/> instead.
    /// </summary>
    public NotificationStatus? Status { get; init; }
}

using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>A search for notifications by what became of them and by the channels of their deliveries.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record NotificationSearch
{
    /// <summary>Gets the notifications to search.</summary>
    public required NotificationFilter Filter { get; init; }

    /// <summary>Gets the part of its progress that a notification must have; null for any.</summary>
    public ProgressPart? Part { get; init; }

    /// <summary>Gets the channel over which a notification must have a delivery; null for any.</summary>
    public Channel? Channel { get; init; }

    /// <summary>Gets the last notification of the previous batch; null for the first batch.</summary>
    public Guid? Before { get; init; }

    /// <summary>Gets the maximum number of notifications to return, 1 to 1,000.</summary>
    public required int Limit { get; init; }

    /// <summary>
    /// Gets the maximum number of notifications to examine. Examining is cheap, because only those that are returned are read.
    /// </summary>
    public required int MaxScanned { get; init; }

    /// <summary>
    /// Gets the number of expanded subscribers above which the deliveries of a notification are not examined. Such a notification
    /// is returned for <see cref="ProgressPart.Waiting"/> if its expansion runs, and for no other part; and for any channel.
    /// </summary>
    public required long MaxSubscribers { get; init; }
}

/// <summary>The notifications that a search found.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record NotificationCandidates
{
    /// <summary>Gets the notifications, newest first. Notifications that do not match may be among them.</summary>
    public required IReadOnlyList<NotificationSummary> Items { get; init; }

    /// <summary>
    /// Gets the notification before which the next batch begins; null if there is nothing left to search. Every notification
    /// from there to the beginning of this batch that matches is in <see cref="Items"/>.
    /// </summary>
    public required Guid? Last { get; init; }

    /// <summary>Gets the number of notifications that were examined, at least the number of the items.</summary>
    public required int Scanned { get; init; }

    /// <summary>Creates the result of a search that examined only the notifications that it returns.</summary>
    /// <param name="found">The notifications, newest first.</param>
    /// <param name="limit">The maximum number of notifications that was requested.</param>
    public static NotificationCandidates Create(IReadOnlyList<NotificationSummary> found, int limit)
    {
        ArgumentNullException.ThrowIfNull(found);
        return new NotificationCandidates
        {
            Items = found,
            Last = found.Count < limit ? null : found[^1].Id,
            Scanned = found.Count,
        };
    }
}

/// <summary>A part of the progress of a notification, by which a store searches.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public enum ProgressPart
{
    /// <summary>A delivery, an event or an expansion has not ended.</summary>
    Waiting = 0,

    /// <summary>A delivery was sent, or an event was included in a summary.</summary>
    Sent = 1,

    /// <summary>A delivery, an event or an expansion became a dead letter.</summary>
    DeadLetter = 2,

    /// <summary>A call or an erasure cancelled a delivery, an event or an expansion.</summary>
    Cancelled = 3,

    /// <summary>None of the other parts: nothing was to be sent.</summary>
    None = 4,
}

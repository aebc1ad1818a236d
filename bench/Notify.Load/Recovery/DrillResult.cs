namespace Notify.Load.Recovery;

/// <summary>The result of the disaster recovery drill.</summary>
internal sealed record DrillResult(int Count, double PerSecond) : Result(DrillScenario.Name, Count, PerSecond)
{
    /// <summary>The recovery time objective of the architecture: 15 minutes.</summary>
    private const double MaxRto = 15 * 60;

    /// <summary>The recovery point objective of the architecture: 5 minutes.</summary>
    private const double MaxRpo = 5 * 60;

    public required string Replication { get; init; }

    public required string Failover { get; init; }

    /// <summary>
    /// The seconds from the loss until a notification that was triggered after it was both acknowledged and received by the mail
    /// server.
    /// </summary>
    public required double RtoSeconds { get; init; }

    /// <summary>The age of the oldest acknowledgement that was lost, at the time of the loss; 0 if none was lost.</summary>
    public required double RpoSeconds { get; init; }

    /// <summary>The acknowledged notifications that the promoted database did not have.</summary>
    public required int LostAcknowledged { get; init; }

    /// <summary>The number of times that the mail server received a notification again.</summary>
    public required int Duplicates { get; init; }

    /// <summary>The duplicates of what was lost: the lost region had sent it, and a client triggered it again.</summary>
    public required int DuplicatesOfLost { get; init; }

    /// <summary>The duplicates of what was in flight, or just settled, when the region was lost or replication stopped.</summary>
    public required int DuplicatesInFlight { get; init; }

    /// <summary>All other duplicates.</summary>
    public required int UnexplainedDuplicates { get; init; }

    /// <summary>The lost notifications that clients triggered again under the same keys, and that were sent.</summary>
    public required int Repeated { get; init; }

    /// <summary>The acknowledged notifications that the mail server never received. Includes none that was lost.</summary>
    public required int NeverSent { get; init; }

    /// <summary>The answers that a client could neither use nor repeat.</summary>
    public required int OtherErrors { get; init; }

    /// <summary>The longest time without an acknowledgement during the failback, or null without one.</summary>
    public required double? FailbackGapSeconds { get; init; }

    public bool IsPassed(DrillSettings settings) =>
        RtoSeconds <= MaxRto
        && RpoSeconds <= MaxRpo
        && Repeated == LostAcknowledged
        && NeverSent == 0
        && UnexplainedDuplicates == 0
        && OtherErrors == 0
        && (!settings.IsSynchronous || LostAcknowledged == 0)
        && (settings.LagSeconds == 0 || LostAcknowledged > 0);
}

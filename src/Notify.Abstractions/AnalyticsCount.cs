namespace Notify;

/// <summary>
/// The number of events of one kind within one period, with the names by which they are grouped. It contains no address and no
/// content.
/// </summary>
public readonly record struct AnalyticsCount
{
    /// <summary>Gets the beginning of the period, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Gets the length of the period.</summary>
    public required AnalyticsResolution Resolution { get; init; }

    /// <summary>Gets the tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>Gets what is counted.</summary>
    public required AnalyticsMeasure Measure { get; init; }

    /// <summary>
    /// Gets the class of the reason for <see cref="AnalyticsMeasure.Failed"/>, one of <see cref="FailureClasses"/>, and the ISO
    /// 4217 code of the currency for <see cref="AnalyticsMeasure.Cost"/>; null for all other measures.
    /// </summary>
    public string? Detail { get; init; }

    /// <summary>Gets the channel; null if the event belongs to none or counts are not grouped by it.</summary>
    public Channel? Channel { get; init; }

    /// <summary>
    /// Gets the name of the provider that made the attempt; null if the event belongs to none or counts are not grouped by it.
    /// </summary>
    public string? Provider { get; init; }

    /// <summary>Gets the name of the template; null if there is none or counts are not grouped by it.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the name of the workflow; null if there is none or counts are not grouped by it.</summary>
    public string? Workflow { get; init; }

    /// <summary>Gets the category; null if there is none or counts are not grouped by it.</summary>
    public string? Category { get; init; }

    /// <summary>
    /// Gets the number of events. For <see cref="AnalyticsMeasure.Cost"/>, gets the sum in millionths of the currency.
    /// </summary>
    public required long Value { get; init; }
}

/// <summary>The kind of event that is counted.</summary>
public enum AnalyticsMeasure
{
    /// <summary>Attempts that failed and will be repeated.</summary>
    Retried = 0,

    /// <summary>Deliveries that a vendor accepted.</summary>
    Sent = 1,

    /// <summary>Deliveries that ended without being sent.</summary>
    Failed = 2,

    /// <summary>Deliveries that were due, and that their recipients no longer wanted.</summary>
    Cancelled = 3,

    /// <summary>Deliveries that were postponed or moved to another provider, without an attempt.</summary>
    Postponed = 4,

    /// <summary>Notifications that were accepted.</summary>
    Accepted = 5,

    /// <summary>Deliveries that reached the device or mailbox, each once.</summary>
    Delivered = 6,

    /// <summary>Deliveries that were returned, each once.</summary>
    Bounced = 7,

    /// <summary>Deliveries that were opened, each once.</summary>
    Opened = 8,

    /// <summary>Deliveries in which a link was followed, each once.</summary>
    Clicked = 9,

    /// <summary>Deliveries that the recipient marked as spam, each once.</summary>
    Complained = 10,

    /// <summary>Devices that were removed because a vendor reported their token as invalid.</summary>
    Pruned = 11,

    /// <summary>The costs of messages.</summary>
    Cost = 12,
}

/// <summary>The length of the periods for which events are counted. Periods begin and end in UTC.</summary>
public enum AnalyticsResolution
{
    /// <summary>A minute.</summary>
    Minute = 0,

    /// <summary>An hour.</summary>
    Hour = 1,

    /// <summary>A day.</summary>
    Day = 2,

    /// <summary>The whole period of a query. No count is stored with it.</summary>
    Total = 3,
}

/// <summary>The names by which counts can be grouped.</summary>
[Flags]
public enum AnalyticsDimensions
{
    /// <summary>None: everything is counted together.</summary>
    None = 0,

    /// <summary>The channel.</summary>
    Channel = 1,

    /// <summary>The provider.</summary>
    Provider = 2,

    /// <summary>The template.</summary>
    Template = 4,

    /// <summary>The workflow.</summary>
    Workflow = 8,

    /// <summary>The category.</summary>
    Category = 16,
}

/// <summary>The classes of reasons for which deliveries fail.</summary>
public static class FailureClasses
{
    /// <summary>The vendor will never accept the message.</summary>
    public const string Rejected = "rejected";

    /// <summary>The address no longer exists.</summary>
    public const string RecipientGone = "recipientGone";

    /// <summary>The answer of the vendor was lost, and the message was not repeated any more.</summary>
    public const string AnswerLost = "answerLost";

    /// <summary>The attempts failed until none was left, or until the time to live was over.</summary>
    public const string AttemptsSpent = "attemptsSpent";

    /// <summary>The time to live was over before an attempt was made.</summary>
    public const string Expired = "expired";
}

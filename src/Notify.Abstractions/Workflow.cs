using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>
/// A named definition of how a type of notification is sent: its template, its channels in order, and how often and for how long.
/// A trigger that names a workflow provides only the recipients and the data. Saving a workflow again creates a new version.
/// </summary>
public sealed record Workflow
{
    /// <summary>Gets the tenant. Default: <see cref="Trigger.DefaultTenant"/>.</summary>
    public string Tenant { get; init; } = Trigger.DefaultTenant;

    /// <summary>Gets the name that triggers use. 1 to 256 characters.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Gets the version. It starts at 1. The catalog sets it when a workflow is saved; for a workflow that is declared in code,
    /// it is the number that the code sets. Default: 1.
    /// </summary>
    public int Version { get; init; } = 1;

    /// <summary>Gets a description for people. At most 1,000 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Gets the name of the template.</summary>
    public required string Template { get; init; }

    /// <summary>Gets the version of the template; null for the newest at the time of the trigger.</summary>
    public int? TemplateVersion { get; init; }

    /// <summary>
    /// Gets the steps, in order. Empty to send at once over every channel for which the recipient has an address.
    /// </summary>
    public IReadOnlyList<WorkflowStep> Steps { get; init; } = [];

    /// <summary>Gets the category; see <see cref="Trigger.Category"/>.</summary>
    public string? Category { get; init; }

    /// <summary>Gets the priority; see <see cref="Trigger.Priority"/>. Quiet hours do not apply to high priority.</summary>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <summary>Gets the throttle; see <see cref="Trigger.Throttle"/>.</summary>
    public Throttle? Throttle { get; init; }

    /// <summary>Gets the digest; see <see cref="Trigger.Digest"/>.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Gets how long after the trigger the first step begins; null to begin immediately.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// Gets how long after its begin the notification may be sent; null for the default. Deliveries that have not been sent by
    /// then become dead letters. It must be longer than the steps take.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// Gets the time at which this version was saved. It has no meaning for a workflow that is declared in code.
    /// </summary>
    public DateTimeOffset SavedAt { get; init; }
}

/// <summary>A step of a workflow: channels that are used at the same time.</summary>
public sealed record WorkflowStep
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public WorkflowStep() { }

    /// <summary>Initializes a new instance with the specified channels.</summary>
    /// <param name="channels">The channels.</param>
    [SetsRequiredMembers]
    public WorkflowStep(params IReadOnlyList<Channel> channels) => Channels = channels;

    /// <summary>Gets the channels. At least one. Each channel occurs once in a workflow.</summary>
    public required IReadOnlyList<Channel> Channels { get; init; }

    /// <summary>
    /// Gets how long to wait after the step before. 1 second to 7 days; zero for the first step. The step is left out if the
    /// receipt of <see cref="Unless"/> has arrived by then, and begins at once if the step before failed.
    /// </summary>
    public TimeSpan After { get; init; }

    /// <summary>
    /// Gets the receipt that cancels the step; see <see cref="FallbackStep.Unless"/>. Null, the default, means any receipt that
    /// proves arrival. Must be null for the first step.
    /// </summary>
    public ReceiptKind? Unless { get; init; }
}

/// <summary>A workflow in a list.</summary>
public sealed record WorkflowSummary
{
    /// <summary>Gets the name of the workflow.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the newest version.</summary>
    public required int Version { get; init; }

    /// <summary>Gets whether the workflow is declared in code, so that it cannot be saved or deleted.</summary>
    public required bool IsDeclared { get; init; }
}

/// <summary>A version of something that is kept with its former versions.</summary>
public sealed record VersionSummary
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public VersionSummary() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="version">The version.</param>
    /// <param name="savedAt">The time at which it was saved.</param>
    [SetsRequiredMembers]
    public VersionSummary(int version, DateTimeOffset savedAt) => (Version, SavedAt) = (version, savedAt);

    /// <summary>Gets the version.</summary>
    public required int Version { get; init; }

    /// <summary>Gets the time at which the version was saved.</summary>
    public required DateTimeOffset SavedAt { get; init; }
}

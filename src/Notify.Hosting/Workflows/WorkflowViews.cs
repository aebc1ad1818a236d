using System.Text.Json.Serialization;
using System.Xml;

namespace Notify.Hosting.Workflows;

/// <summary>A workflow. What it shows can be sent back to save it.</summary>
internal sealed record WorkflowView(
    string Name,
    int Version,
    DateTimeOffset? SavedAt,
    string? Description,
    WorkflowTemplateView Template,
    IReadOnlyList<WorkflowStepView> Steps,
    string? Category,
    Priority Priority,
    WorkflowThrottleView? Throttle,
    WorkflowDigestView? Digest,
    string? Delay,
    string? TimeToLive
)
{
    public static WorkflowView Create(Workflow workflow) =>
        new(
            workflow.Name,
            workflow.Version,
            workflow.SavedAt == default ? null : workflow.SavedAt,
            workflow.Description,
            new WorkflowTemplateView(workflow.Template, workflow.TemplateVersion),
            [
                .. workflow.Steps.Select(
                    (step, i) => new WorkflowStepView(step.Channels, i == 0 ? null : Format(step.After), step.Unless)
                ),
            ],
            workflow.Category,
            workflow.Priority,
            workflow.Throttle is { } throttle ? new WorkflowThrottleView(throttle.Max, Format(throttle.Per)!) : null,
            workflow.Digest is { } digest ? new WorkflowDigestView(Format(digest.Window), digest.Cron, digest.Key) : null,
            Format(workflow.Delay),
            Format(workflow.TimeToLive)
        );

    private static string? Format(TimeSpan? duration) => duration is { } value ? XmlConvert.ToString(value) : null;
}

/// <summary>The template of a workflow; without a version, the newest one.</summary>
internal sealed record WorkflowTemplateView(string Name, int? Version);

/// <summary>A step of a workflow.</summary>
internal sealed record WorkflowStepView(IReadOnlyList<Channel> Channels, string? After, ReceiptKind? Unless);

/// <summary>The throttle of a workflow.</summary>
internal sealed record WorkflowThrottleView(int Max, string Per);

/// <summary>The digest of a workflow.</summary>
internal sealed record WorkflowDigestView(string? Window, string? Cron, string? Key);

/// <summary>A page of workflows with their newest versions.</summary>
internal sealed record WorkflowsView(IReadOnlyList<WorkflowItemView> Items, string? Next);

/// <summary>A workflow in a list. A declared one is part of the application, and cannot be changed here.</summary>
internal sealed record WorkflowItemView(string Name, int Version, bool Declared)
{
    public static WorkflowItemView Create(WorkflowSummary summary) => new(summary.Name, summary.Version, summary.IsDeclared);
}

/// <summary>A page of versions, newest first.</summary>
internal sealed record VersionsView(IReadOnlyList<VersionSummary> Items, string? Next);

/// <summary>The response to saving a workflow.</summary>
internal sealed record SavedWorkflowView(string Name, int Version, IReadOnlyList<FieldWarning> Warnings);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(SavedWorkflowView))]
[JsonSerializable(typeof(VersionsView))]
[JsonSerializable(typeof(WorkflowsView))]
[JsonSerializable(typeof(WorkflowView))]
internal sealed partial class WorkflowsJson : JsonSerializerContext;

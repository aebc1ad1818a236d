using System.Text.Json.Serialization;
using System.Xml;
using Notify.Client.Calls;

namespace Notify.Client.Workflows;

/// <summary>A workflow, as it is saved and read. Durations are in ISO 8601 format.</summary>
internal sealed record WorkflowForm
{
    public string? Name { get; init; }

    public int? Version { get; init; }

    public DateTimeOffset? SavedAt { get; init; }

    public string? Description { get; init; }

    public required VersionedName Template { get; init; }

    public required IReadOnlyList<StepForm> Steps { get; init; }

    public string? Category { get; init; }

    public Priority Priority { get; init; }

    public ThrottleForm? Throttle { get; init; }

    public DigestForm? Digest { get; init; }

    public string? Delay { get; init; }

    public string? TimeToLive { get; init; }

    public static WorkflowForm Create(Workflow workflow) =>
        new()
        {
            Description = workflow.Description,
            Template = new VersionedName(workflow.Template, workflow.TemplateVersion),
            Steps = [.. workflow.Steps.Select(StepForm.Create)],
            Category = workflow.Category,
            Priority = workflow.Priority,
            Throttle = workflow.Throttle is { } throttle ? new ThrottleForm(throttle.Max, Format(throttle.Per)!) : null,
            Digest = workflow.Digest is { } digest ? new DigestForm(Format(digest.Window), digest.Cron, digest.Key) : null,
            Delay = Format(workflow.Delay),
            TimeToLive = Format(workflow.TimeToLive),
        };

    public Workflow CreateWorkflow(string tenant) =>
        new()
        {
            Tenant = tenant,
            Name = Name ?? "",
            Version = Version ?? 1,
            Description = Description,
            Template = Template.Name,
            TemplateVersion = Template.Version,
            Steps = [.. Steps.Select(step => step.CreateStep())],
            Category = Category,
            Priority = Priority,
            Throttle = Throttle is { } throttle ? new Throttle(throttle.Max, XmlConvert.ToTimeSpan(throttle.Per)) : null,
            Digest = Digest is { } digest
                ? new Digest
                {
                    Window = Parse(digest.Window),
                    Cron = digest.Cron,
                    Key = digest.Key,
                }
                : null,
            Delay = Parse(Delay),
            TimeToLive = Parse(TimeToLive),
            SavedAt = SavedAt ?? default,
        };

    public static string? Format(TimeSpan? duration) => duration is { } value ? XmlConvert.ToString(value) : null;

    public static TimeSpan? Parse(string? duration) => duration is null ? null : XmlConvert.ToTimeSpan(duration);
}

internal sealed record VersionedName(string Name, int? Version);

internal sealed record StepForm(IReadOnlyList<Channel> Channels, string? After, ReceiptKind? Unless)
{
    public static StepForm Create(WorkflowStep step) =>
        new(step.Channels, step.After == default ? null : WorkflowForm.Format(step.After), step.Unless);

    public WorkflowStep CreateStep() =>
        new()
        {
            Channels = Channels,
            After = WorkflowForm.Parse(After) ?? default,
            Unless = Unless,
        };
}

internal sealed record ThrottleForm(int Max, string Per);

internal sealed record DigestForm(string? Window, string? Cron, string? Key);

internal sealed record SavedWorkflowAnswer(string Name, int Version, IReadOnlyList<FieldWarning> Warnings);

internal sealed record WorkflowItemAnswer(string Name, int Version, bool Declared);

internal sealed record RollbackBody(int Version);

internal sealed record PromotionBody(string Tenant);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(WorkflowForm))]
[JsonSerializable(typeof(SavedWorkflowAnswer))]
[JsonSerializable(typeof(RollbackBody))]
[JsonSerializable(typeof(PromotionBody))]
[JsonSerializable(typeof(PageAnswer<WorkflowItemAnswer>))]
[JsonSerializable(typeof(PageAnswer<VersionSummary>))]
internal sealed partial class WorkflowJson : JsonSerializerContext;

namespace Notify.Core.Workflows;

/// <summary>
/// Expands a trigger that names a workflow to the fields that the workflow defines. From then on, it is a trigger like any other,
/// and is stored with these fields, so a later version of the workflow does not change it.
/// </summary>
internal sealed class WorkflowExpander(WorkflowReader workflows, TimeProvider time)
{
    /// <summary>The westernmost time zone is this far behind UTC, so a local time comes this much later there.</summary>
    private static readonly TimeSpan FarthestBehind = TimeSpan.FromHours(12);

    /// <summary>The fields of a trigger that a workflow defines.</summary>
    private static readonly string[] Defined =
    [
        "template",
        "channels",
        "fallback",
        "category",
        "throttle",
        "digest",
        "priority",
        "sendAt",
        "expiresAt",
    ];

    /// <summary>Finds the errors of what a trigger sets beside its workflow.</summary>
    public static IEnumerable<FieldError> FindErrors(Trigger trigger)
    {
        if (trigger.WorkflowVersion is not null && trigger.Workflow is null)
            yield return new FieldError(
                "workflow.name",
                FieldErrorCodes.Required,
                "A version requires the name of the workflow."
            );
        else if (trigger.WorkflowVersion < 1)
            yield return new FieldError("workflow.version", FieldErrorCodes.OutOfRange, "Use 1 or more.");
        if (trigger.Workflow is null)
            yield break;

        (string Field, object? Value)[] set =
        [
            ("content", trigger.Content),
            ("template", trigger.Template ?? (object?)trigger.TemplateVersion),
            ("channels", trigger.Channels),
            ("fallback", trigger.Fallback),
            ("category", trigger.Category),
            ("throttle", trigger.Throttle),
        ];
        foreach (var (field, _) in set.Where(one => one.Value is not null))
            yield return new FieldError(field, FieldErrorCodes.Conflict, "The workflow defines this. Omit this field.");
        if (
            trigger.Digest is { } digest && (digest.Window ?? (object?)digest.Cron) is not null
            || trigger.Digest is { Key: null }
        )
            yield return new FieldError(
                "digest",
                FieldErrorCodes.Conflict,
                "The workflow defines when its digests are sent. Use only key, or omit this field."
            );
    }

    /// <summary>
    /// Returns the trigger that is planned and stored: the given one if it names no workflow. If it adds errors, it returns the
    /// given trigger, whose other errors can still be found.
    /// </summary>
    public ValueTask<Trigger> ExpandAsync(Trigger trigger, List<FieldError> errors, CancellationToken cancellationToken)
    {
        if (trigger is { Workflow: null, WorkflowVersion: null })
            return new(trigger);

        return FindAndExpandAsync(trigger, errors, cancellationToken);
    }

    /// <summary>
    /// Describes the errors of an expanded trigger to its caller, who has set only some of its fields. The others are errors of
    /// the workflow.
    /// </summary>
    public static IEnumerable<FieldError> Describe(Trigger given, Trigger expanded, IEnumerable<FieldError> errors) =>
        // A trigger that names a workflow and could be expanded has no template before.
        given.Template == expanded.Template
            ? errors
            : errors.Select(error =>
                IsDefined(given, error.Field)
                    ? error with
                    {
                        Field = "workflow",
                        Message =
                            $"Version {expanded.WorkflowVersion} of the workflow cannot be used. {error.Field}: {error.Message}",
                    }
                    : error
            );

    private async ValueTask<Trigger> FindAndExpandAsync(
        Trigger trigger,
        List<FieldError> errors,
        CancellationToken cancellationToken
    )
    {
        var before = errors.Count;
        errors.AddRange(FindErrors(trigger));
        if (trigger.Workflow is not { Length: > 0 } name)
        {
            if (trigger.Workflow is not null)
                errors.Add(new FieldError("workflow", FieldErrorCodes.Required, "Use the name of a workflow."));
            return trigger;
        }

        var workflow = await workflows
            .FindAsync(trigger.Tenant, name, trigger.WorkflowVersion, cancellationToken)
            .ConfigureAwait(false);
        if (workflow is null)
            errors.Add(await DescribeMissingAsync(trigger, name, cancellationToken).ConfigureAwait(false));
        // The digest of such a trigger has only a key, which is not valid without the rest.
        return workflow is null || errors.Count > before ? trigger with { Digest = null } : Expand(trigger, workflow);
    }

    private async ValueTask<FieldError> DescribeMissingAsync(Trigger trigger, string name, CancellationToken cancellationToken) =>
        trigger.WorkflowVersion is { } version
        && await workflows.FindAsync(trigger.Tenant, name, null, cancellationToken).ConfigureAwait(false) is not null
            ? new FieldError(
                "workflow.version",
                FieldErrorCodes.NotFound,
                $"The workflow has no version {version}, or it is no longer kept. Omit the version to use the newest."
            )
            : new FieldError("workflow", FieldErrorCodes.NotFound, "There is no workflow with this name.");

    /// <summary>Expands a trigger.</summary>
    public Trigger Expand(Trigger trigger, Workflow workflow)
    {
        var now = time.GetUtcNow();
        var sendAt = trigger.SendAt
            ?? (workflow.Delay is { } delay && trigger.SendAtLocal is null ? now + delay : (DateTimeOffset?)null);
        return trigger with
        {
            Workflow = workflow.Name,
            WorkflowVersion = workflow.Version,
            Template = workflow.Template,
            TemplateVersion = workflow.TemplateVersion,
            Channels = workflow.Steps.Count == 0 ? null : workflow.Steps[0].Channels,
            Fallback = CreateFallback(workflow),
            Category = workflow.Category,
            Throttle = workflow.Throttle,
            Digest = workflow.Digest is { } digest ? digest with { Key = trigger.Digest?.Key ?? digest.Key } : trigger.Digest,
            Priority = trigger.Priority == Priority.Normal ? workflow.Priority : trigger.Priority,
            SendAt = sendAt,
            ExpiresAt = trigger.ExpiresAt ?? GetExpiry(workflow, now, sendAt, trigger.SendAtLocal),
        };
    }

    // The channels of a later step are used together: all but the first follow at once.
    private static IReadOnlyList<FallbackStep>? CreateFallback(Workflow workflow) =>
        workflow.Steps.Count < 2
            ? null
            :
            [
                .. workflow
                    .Steps.Skip(1)
                    .SelectMany(step =>
                        step.Channels.Select(
                            (channel, i) =>
                                i == 0
                                    ? new FallbackStep(channel, step.After) { Unless = step.Unless }
                                    : new FallbackStep(channel, TimeSpan.Zero)
                        )
                    ),
            ];

    private static DateTimeOffset? GetExpiry(Workflow workflow, DateTimeOffset now, DateTimeOffset? sendAt, DateTime? local)
    {
        if (workflow.TimeToLive is not { } timeToLive)
            return null;

        var begin = sendAt ?? (local is { } time ? Add(new DateTimeOffset(time, TimeSpan.Zero), FarthestBehind) : now);
        return Add(begin > now ? begin : now, timeToLive);
    }

    // A time at the end of the calendar is refused later, as too far ahead.
    private static DateTimeOffset Add(DateTimeOffset time, TimeSpan span) =>
        time > DateTimeOffset.MaxValue - span ? DateTimeOffset.MaxValue : time + span;

    private static bool IsDefined(Trigger given, string field) =>
        field.Split('.', '[')[0] is var root
        && Defined.Contains(root)
        && root switch
        {
            "digest" => given.Digest is null,
            "priority" => given.Priority == Priority.Normal,
            "sendAt" => given.SendAt is null,
            "expiresAt" => given.ExpiresAt is null,
            _ => true,
        };
}

using Notify.Core.Validation;

namespace Notify.Core.Workflows;

/// <summary>
/// Validates workflows. A workflow is expanded to a trigger and validated as one, so the rules for triggers apply to it.
/// </summary>
internal sealed class WorkflowValidator(INotifier notifier, WorkflowExpander expander)
{
    private const int MaxDescription = 1_000;

    /// <summary>The longest delay and the longest time to live.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    /// <summary>Finds the errors of a workflow, and warns about channels that no provider serves.</summary>
    public (IReadOnlyList<FieldError> Errors, IReadOnlyList<FieldWarning> Warnings) Validate(Workflow workflow)
    {
        List<FieldError> errors = [];
        Names.Check(errors, "name", workflow.Name);
        if (workflow.Version < 1)
            errors.Add(new FieldError("version", FieldErrorCodes.OutOfRange, "Use 1 or more."));
        CheckDescription(workflow, errors);
        Names.Check(errors, "template", workflow.Template);
        CheckSteps(workflow, errors);
        CheckTimes(workflow, errors);
        // The expansion of such a workflow would have errors that its author did not make.
        if (
            errors.Any(error =>
                error.Field.StartsWith("steps", StringComparison.Ordinal) || error.Field is "delay" or "timeToLive"
            )
        )
            return (errors, []);

        List<FieldWarning> warnings = [];
        foreach (var error in notifier.Validate(CreateTrigger(workflow)))
            Add(workflow, error, errors, warnings);
        return (errors, warnings);
    }

    private Trigger CreateTrigger(Workflow workflow)
    {
        var trigger = new Trigger { Tenant = workflow.Tenant, To = [Recipient.User("user")] };
        return expander.Expand(trigger, workflow) with { Workflow = null, WorkflowVersion = null };
    }

    private static void CheckDescription(Workflow workflow, List<FieldError> errors)
    {
        if (workflow.Description is not { } description)
            return;
        if (description.Length > MaxDescription)
            errors.Add(new FieldError("description", FieldErrorCodes.TooLong, $"Use at most {MaxDescription} characters."));
        if (description.Contains('\0', StringComparison.Ordinal) || UnpairedSurrogate.IsIn(description))
            errors.Add(
                new FieldError("description", FieldErrorCodes.InvalidText, "The text contains a NUL or an unpaired surrogate.")
            );
    }

    private static void CheckSteps(Workflow workflow, List<FieldError> errors)
    {
        if (workflow.Steps is null)
        {
            errors.Add(new FieldError("steps", FieldErrorCodes.Required, "Use an empty list for every channel."));
            return;
        }

        for (var i = 0; i < workflow.Steps.Count; i++)
        {
            if (workflow.Steps[i] is not { } step)
                errors.Add(new FieldError($"steps[{i}]", FieldErrorCodes.Required, "A step is required."));
            else if (step.Channels is not { Count: > 0 })
                errors.Add(new FieldError($"steps[{i}].channels", FieldErrorCodes.Required, "Use at least one channel."));
            else if (i == 0 && step.After != TimeSpan.Zero)
                errors.Add(
                    new FieldError(
                        "steps[0].after",
                        FieldErrorCodes.NotAllowed,
                        "The first step does not wait. Use delay to begin later."
                    )
                );
            else if (i > 0 && step.After == TimeSpan.Zero)
                errors.Add(
                    new FieldError($"steps[{i}].after", FieldErrorCodes.Conflict, "A later step waits: use 1 second to 7 days.")
                );
            else if (i == 0 && step.Unless is not null)
                errors.Add(
                    new FieldError(
                        "steps[0].unless",
                        FieldErrorCodes.NotAllowed,
                        "The first step has no condition, because no receipt can arrive before it."
                    )
                );
        }
    }

    private static void CheckTimes(Workflow workflow, List<FieldError> errors)
    {
        if (workflow.Delay is { } delay && (delay <= TimeSpan.Zero || delay > Longest))
            errors.Add(new FieldError("delay", FieldErrorCodes.OutOfRange, "Use a positive duration of at most 31 days."));
        if (workflow.TimeToLive is not { } timeToLive)
            return;

        // In seconds, because a sum of the longest durations would overflow.
        var waits = (workflow.Steps ?? []).Sum(step => step?.After.TotalSeconds ?? 0);
        if (timeToLive <= TimeSpan.Zero || timeToLive > Longest)
            errors.Add(new FieldError("timeToLive", FieldErrorCodes.OutOfRange, "Use a positive duration of at most 31 days."));
        else if (timeToLive.TotalSeconds <= waits)
            errors.Add(
                new FieldError("timeToLive", FieldErrorCodes.Conflict, "The time to live must be longer than the steps take.")
            );
    }

    // An error of the expanded trigger, in the words of the workflow.
    private static void Add(Workflow workflow, FieldError error, List<FieldError> errors, List<FieldWarning> warnings)
    {
        var field = FindField(workflow, error.Field);
        if (error.Code == FieldErrorCodes.Unsupported && field.StartsWith("steps[", StringComparison.Ordinal))
            warnings.Add(
                new FieldWarning
                {
                    Field = field,
                    Code = FieldWarning.NoChannel,
                    Message = error.Message,
                }
            );
        else if (!errors.Any(other => other.Field == field))
            errors.Add(error with { Field = field });
    }

    private static string FindField(Workflow workflow, string field)
    {
        var parts = field.Split('[', ']');
        return parts[0] switch
        {
            "sendAt" => "delay",
            "expiresAt" => "timeToLive",
            "channels" when parts.Length > 1 => $"steps[0].channels[{parts[1]}]",
            "channels" => "steps[0].channels",
            "fallback" when parts.Length > 1 => FindStepField(workflow, int.Parse(parts[1], null), parts[2].TrimStart('.')),
            "fallback" => "steps",
            _ => field,
        };
    }

    private static string FindStepField(Workflow workflow, int index, string member)
    {
        for (var i = 1; i < workflow.Steps.Count; i++)
        {
            var count = workflow.Steps[i].Channels.Count;
            if (index < count)
                return member == "channel" ? $"steps[{i}].channels[{index}]" : $"steps[{i}].{member}";
            index -= count;
        }

        return "steps";
    }
}

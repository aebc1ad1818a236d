using Notify.Core.Providers;
using static Notify.Core.Triggers.FieldErrorList;

namespace Notify.Core.Triggers;

/// <summary>The rules for the fallback steps of a trigger.</summary>
internal sealed class FallbackRules(ProviderCatalog providers)
{
    internal const int MaxSteps = 8;

    private static readonly ReceiptKind[] Conditions = [ReceiptKind.Delivered, ReceiptKind.Opened, ReceiptKind.Clicked];

    public void Check(Trigger trigger, ref List<FieldError>? errors)
    {
        if (trigger.Fallback is null)
            return;

        if (trigger.Fallback.Count is 0 or > MaxSteps)
            Add(
                ref errors,
                "fallback",
                trigger.Fallback.Count == 0 ? FieldErrorCodes.Required : FieldErrorCodes.TooMany,
                $"Use 1 to {MaxSteps} fallback steps, or omit fallback."
            );

        for (var i = 0; i < trigger.Fallback.Count; i++)
        {
            if (trigger.Fallback[i] is not { } step)
            {
                Add(ref errors, $"fallback[{i}]", FieldErrorCodes.Required, "A fallback step is required.");
                continue;
            }

            if (!providers.Serves(step.Channel))
                Add(ref errors, $"fallback[{i}].channel", FieldErrorCodes.Unsupported, providers.DescribeUnserved(step.Channel));
            else if (!MayHaveAddress(trigger, step.Channel))
                Add(
                    ref errors,
                    $"fallback[{i}].channel",
                    FieldErrorCodes.Conflict,
                    $"No recipient can be reached over {step.Channel}: every recipient is an address for another channel."
                );
            if (
                trigger.Channels?.Contains(step.Channel) == true
                || trigger.Fallback.Take(i).Any(earlier => earlier?.Channel == step.Channel)
            )
                Add(
                    ref errors,
                    $"fallback[{i}].channel",
                    FieldErrorCodes.Duplicate,
                    "This channel is already used in channels or in an earlier step."
                );
            if (step.After != TimeSpan.Zero && step.After < TimeSpan.FromSeconds(1) || step.After > TimeSpan.FromDays(7))
                Add(
                    ref errors,
                    $"fallback[{i}].after",
                    FieldErrorCodes.OutOfRange,
                    "Use 1 second to 7 days, or 0 to use the channel together with the one before."
                );
            if (step.Unless is not null && step.After == TimeSpan.Zero)
                Add(
                    ref errors,
                    $"fallback[{i}].unless",
                    FieldErrorCodes.Conflict,
                    "A channel that is used together with the one before has the condition of it. Omit this field."
                );
            else if (step.Unless is { } unless && !Conditions.Contains(unless))
                Add(ref errors, $"fallback[{i}].unless", FieldErrorCodes.Invalid, "Use delivered, opened or clicked.");
        }
    }

    // A step that no recipient can use would be left out without a word. Users and subscribers may have any address.
    private static bool MayHaveAddress(Trigger trigger, Channel channel) =>
        trigger.To is not { Count: > 0 } recipients
        || recipients.Any(recipient => recipient?.Channel is not { } own || own == channel);
}

using System.Text.Json;
using Notify.Core.Templates;
using Notify.Core.Validation;

namespace Notify.Core.Triggers;

/// <summary>The rules for the data of a trigger and of its recipients.</summary>
internal static class RecipientDataRules
{
    private const int MaxKibibytes = 64;

    private const string Reserved =
        $"The name '{RecipientModel.Variable}' is reserved: in templates, it is the recipient. Use another name.";

    /// <summary>Finds the errors of the data.</summary>
    public static IEnumerable<FieldError> FindErrors(Trigger trigger)
    {
        if (trigger.DataElement is { ValueKind: not JsonValueKind.Object })
            yield return new FieldError(
                "data",
                FieldErrorCodes.WrongType,
                "Use an object whose properties are the variables of the template."
            );
        else if (IsRendered(trigger) && IsReserved(trigger.DataElement))
            yield return new FieldError($"data.{RecipientModel.Variable}", FieldErrorCodes.NotAllowed, Reserved);

        if (trigger.To?.Any(recipient => recipient?.DataElement is not null) != true)
            yield break;

        Dictionary<string, Recipient>? named = null;
        for (var i = 0; i < trigger.To.Count; i++)
        {
            if (trigger.To[i] is not { Value: not (null or "") } recipient)
                continue;
            if (recipient.DataElement is { } data && FindError(trigger, recipient, data) is var (code, message))
                yield return new FieldError($"to[{i}].data", code, message);
            else if (!(named ??= new(StringComparer.Ordinal)).TryAdd(recipient.Key, recipient))
            {
                if (!recipient.HasSameData(named[recipient.Key]))
                    yield return new FieldError(
                        $"to[{i}].data",
                        FieldErrorCodes.Conflict,
                        "This recipient appears more than once, with different data."
                    );
            }
        }
    }

    private static (string Code, string Message)? FindError(Trigger trigger, Recipient recipient, JsonElement data)
    {
        if (recipient.Kind == RecipientKind.Topic)
            return (
                FieldErrorCodes.NotAllowed,
                "A topic cannot have data. Use the data of the trigger, or properties of the users."
            );
        if (!IsRendered(trigger))
            return (FieldErrorCodes.Unused, "Data can be used only with a template.");
        if (JsonBounds.FindError(data, MaxKibibytes) is { } error)
            return (FieldErrorCodes.Invalid, error);
        return IsReserved(data) ? (FieldErrorCodes.NotAllowed, Reserved) : null;
    }

    // A workflow always has a template.
    private static bool IsRendered(Trigger trigger) => (trigger.Template ?? trigger.Workflow) is not null;

    private static bool IsReserved(JsonElement? data) =>
        data is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty(RecipientModel.Variable, out _);
}

using Notify.Core.Validation;

namespace Notify.Core.Triggers;

/// <summary>
/// The rules for the reference, the cancellation key, the tags and the metadata of a trigger. They are stored with every
/// notification and sent with every event, so they are small.
/// </summary>
internal static class LabelRules
{
    public const int MaxTags = 10;
    public const int MaxPairs = 20;
    public const int MaxNameLength = 64;
    public const int MaxValueLength = 512;

    /// <summary>Finds the errors of the labels.</summary>
    public static IEnumerable<FieldError> FindErrors(Trigger trigger)
    {
        if (trigger.Reference is { } reference && FindNameError("reference", reference) is { } referenceError)
            yield return referenceError;
        if (trigger.CancellationKey is { } key && FindNameError("cancellationKey", key) is { } keyError)
            yield return keyError;
        if (trigger.Tags is { Count: > 0 } tags)
        {
            foreach (var error in FindTagErrors(tags))
                yield return error;
        }

        if (trigger.Metadata is not { } metadata)
            yield break;

        if (metadata.Count > MaxPairs)
            yield return new FieldError("metadata", FieldErrorCodes.TooMany, $"Use at most {MaxPairs} pairs.");
        foreach (var (name, value) in metadata)
        {
            if (FindNameError("metadata", name, MaxNameLength) is { } nameError)
                yield return nameError with
                {
                    Message = $"A name is not valid: {nameError.Message}",
                };
            else if (FindValueError($"metadata.{name}", value) is { } valueError)
                yield return valueError;
        }
    }

    /// <summary>Finds the errors of a target.</summary>
    public static IEnumerable<FieldError> FindErrors(CancellationTarget target)
    {
        if (Names.FindError("tenant", target.Tenant) is { } tenantError)
            yield return tenantError;
        switch (target)
        {
            case { Reference: null, CancellationKey: null }:
                yield return new FieldError(
                    "cancellationKey",
                    FieldErrorCodes.Required,
                    "Either a cancellation key or a reference is required."
                );
                break;
            case { Reference: not null, CancellationKey: not null }:
                yield return new FieldError(
                    "reference",
                    FieldErrorCodes.Conflict,
                    "Use either a reference or a cancellation key, not both."
                );
                break;
        }

        if (target.Reference is { } reference && FindNameError("reference", reference) is { } referenceError)
            yield return referenceError;
        if (target.CancellationKey is { } key && FindNameError("cancellationKey", key) is { } keyError)
            yield return keyError;
    }

    /// <summary>Finds the error of a name that stores compare; null if it is valid.</summary>
    public static FieldError? FindNameError(string field, string? name, int maxLength = Names.MaxLength) =>
        Names.FindError(field, name)
        ?? (
            name!.Length > maxLength ? new FieldError(field, FieldErrorCodes.TooLong, $"Use at most {maxLength} characters.")
            : UnpairedSurrogate.IsIn(name) ? new FieldError(field, FieldErrorCodes.InvalidText, UnpairedSurrogate.Message)
            : null
        );

    private static IEnumerable<FieldError> FindTagErrors(IReadOnlyList<string> tags)
    {
        if (tags.Count > MaxTags)
            yield return new FieldError("tags", FieldErrorCodes.TooMany, $"Use at most {MaxTags} tags.");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tags.Count; i++)
        {
            if (FindNameError($"tags[{i}]", tags[i], MaxNameLength) is { } error)
                yield return error;
            else if (!seen.Add(tags[i]))
                yield return new FieldError($"tags[{i}]", FieldErrorCodes.Duplicate, "This tag occurs more than once.");
        }
    }

    private static FieldError? FindValueError(string field, string? value) =>
        value switch
        {
            null => new FieldError(field, FieldErrorCodes.Required, "Use a string."),
            { Length: > MaxValueLength } => new FieldError(
                field,
                FieldErrorCodes.TooLong,
                $"Use at most {MaxValueLength} characters."
            ),
            _ when value.Contains('\0', StringComparison.Ordinal) => new FieldError(
                field,
                FieldErrorCodes.InvalidText,
                "The text contains a NUL character."
            ),
            _ when UnpairedSurrogate.IsIn(value) => new FieldError(field, FieldErrorCodes.InvalidText, UnpairedSurrogate.Message),
            _ => null,
        };
}

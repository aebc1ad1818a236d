namespace Notify.Core.Validation;

/// <summary>Validates the form of names: ids, keys, topics, tenants.</summary>
internal static class Names
{
    public const int MaxLength = 256;

    /// <summary>Determines whether a name is valid.</summary>
    public static bool IsValid(string? name) => FindError("", name) is null;

    /// <summary>Finds the error of a name in a field; null if it is valid.</summary>
    public static FieldError? FindError(string field, string? name) =>
        name switch
        {
            null or "" => new FieldError(field, FieldErrorCodes.Required, $"Use 1 to {MaxLength} characters."),
            { Length: > MaxLength } => new FieldError(field, FieldErrorCodes.TooLong, $"Use at most {MaxLength} characters."),
            _ when BlankText.IsBlank(name) => new FieldError(
                field,
                FieldErrorCodes.Required,
                "Use at least one visible character."
            ),
            _ when name.Any(char.IsControl) => new FieldError(
                field,
                FieldErrorCodes.InvalidText,
                "Control characters are not allowed."
            ),
            _ => null,
        };

    /// <summary>Adds an error if a name is not valid.</summary>
    public static void Check(List<FieldError> errors, string field, string? name)
    {
        if (FindError(field, name) is { } error)
            errors.Add(error);
    }
}

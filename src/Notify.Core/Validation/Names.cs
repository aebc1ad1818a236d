namespace Notify.Core.Validation;

/// <summary>Validates the form of names: ids, keys, topics, tenants.</summary>
internal static class Names
{
    public const int MaxLength = 256;

    /// <summary>Finds the error of a name; null if it is valid.</summary>
    public static string? FindError(string? name) =>
        name switch
        {
            null or "" => $"Use 1 to {MaxLength} characters.",
            { Length: > MaxLength } => $"Use at most {MaxLength} characters.",
            _ when name.Any(char.IsControl) => "Control characters are not allowed.",
            _ when BlankText.IsBlank(name) => "Use at least one visible character.",
            _ => null,
        };

    /// <summary>Adds an error if a name is not valid.</summary>
    public static void Check(List<FieldError> errors, string field, string? name)
    {
        if (FindError(name) is { } error)
            errors.Add(new FieldError(field, error));
    }
}

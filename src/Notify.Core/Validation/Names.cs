namespace Notify.Core.Validation;

/// <summary>The form of the names that callers give: ids, keys, topics, tenants.</summary>
internal static class Names
{
    public const int MaxLength = 256;

    public static string? FindError(string? name) =>
        name switch
        {
            null or "" => $"Use 1 to {MaxLength} characters.",
            { Length: > MaxLength } => $"Use at most {MaxLength} characters.",
            _ when name.Any(char.IsControl) => "Leave out control characters.",
            _ => null,
        };

    public static void Check(List<FieldError> errors, string field, string? name)
    {
        if (FindError(name) is { } error)
            errors.Add(new FieldError(field, error));
    }
}

using Notify.Core.Validation;

namespace Notify.Core.Triggers;

/// <summary>
/// Adds errors to a list that is created for the first of them. Nearly every trigger is valid, so none is created for it.
/// </summary>
internal static class FieldErrorList
{
    public static void Add(ref List<FieldError>? errors, string field, string code, string message) =>
        (errors ??= []).Add(new FieldError(field, code, message));

    /// <summary>Adds an error if a name is not valid.</summary>
    public static void AddNameError(ref List<FieldError>? errors, string field, string? name)
    {
        if (Names.FindError(field, name) is { } error)
            (errors ??= []).Add(error);
    }
}

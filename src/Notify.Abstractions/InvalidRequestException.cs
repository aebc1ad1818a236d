namespace Notify;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">The field in JSON spelling, such as <c>to[0].email</c> or <c>expiresAt</c>.</param>
/// <param name="Message">A sentence that says what would be right. It never repeats an address or content.</param>
public readonly record struct FieldError(string Field, string Message);

/// <summary>A trigger, user, device or template cannot be accepted as it is. Nothing of it was stored.</summary>
public sealed class InvalidRequestException : Exception
{
    /// <summary>Creates the exception from all that is wrong.</summary>
    public InvalidRequestException(IReadOnlyList<FieldError> errors)
        : base("The request is invalid. " + string.Join(" ", errors.Select(error => $"{error.Field}: {error.Message}"))) =>
        Errors = errors;

    /// <summary>Every wrong field, at least one.</summary>
    public IReadOnlyList<FieldError> Errors { get; }

    internal static void ThrowIfAny(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0)
            throw new InvalidRequestException(errors);
    }
}

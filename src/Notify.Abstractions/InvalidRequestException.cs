namespace Notify;

/// <summary>The exception that is thrown when a trigger, user, device or template is invalid. Nothing was stored.</summary>
public sealed class InvalidRequestException : Exception
{
    /// <summary>Initializes a new instance of the exception with the specified errors.</summary>
    /// <param name="errors">The errors; at least one.</param>
    public InvalidRequestException(IReadOnlyList<FieldError> errors)
        : base("The request is invalid. " + string.Join(" ", errors.Select(error => $"{error.Field}: {error.Message}"))) =>
        Errors = errors;

    /// <summary>Gets the code of the problem: <see cref="ProblemCodes.InvalidRequest"/>.</summary>
    public string Code { get; } = ProblemCodes.InvalidRequest;

    /// <summary>Gets the errors, at least one.</summary>
    public IReadOnlyList<FieldError> Errors { get; }

    internal static void ThrowIfAny(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0)
            throw new InvalidRequestException(errors);
    }
}

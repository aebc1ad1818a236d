using System.Diagnostics.CodeAnalysis;

namespace Notify;

/// <summary>An error in one field of a request.</summary>
public readonly record struct FieldError
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="field">The field in JSON notation, such as <c>to[0].email</c> or <c>expiresAt</c>.</param>
    /// <param name="message">A sentence that explains how to correct the field. It never contains an address or content.</param>
    [SetsRequiredMembers]
    public FieldError(string field, string message)
    {
        Field = field;
        Message = message;
    }

    /// <summary>Gets the field in JSON notation, such as <c>to[0].email</c> or <c>expiresAt</c>.</summary>
    public required string Field { get; init; }

    /// <summary>Gets a sentence that explains how to correct the field. It never contains an address or content.</summary>
    public required string Message { get; init; }
}

/// <summary>The exception that is thrown when a trigger, user, device or template is invalid. Nothing was stored.</summary>
public sealed class InvalidRequestException : Exception
{
    /// <summary>Initializes a new instance of the exception with the specified errors.</summary>
    /// <param name="errors">The errors; at least one.</param>
    public InvalidRequestException(IReadOnlyList<FieldError> errors)
        : base("The request is invalid. " + string.Join(" ", errors.Select(error => $"{error.Field}: {error.Message}"))) =>
        Errors = errors;

    /// <summary>Gets the errors, at least one.</summary>
    public IReadOnlyList<FieldError> Errors { get; }

    internal static void ThrowIfAny(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0)
            throw new InvalidRequestException(errors);
    }
}

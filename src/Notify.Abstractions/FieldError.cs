namespace Notify;

/// <summary>An error in one field of a request.</summary>
public readonly record struct FieldError
{
    /// <summary>Initializes a new error.</summary>
    /// <param name="field">The field in JSON notation, such as <c>to[0].email</c> or <c>expiresAt</c>.</param>
    /// <param name="code">The kind of the error, one of <see cref="FieldErrorCodes"/>.</param>
    /// <param name="message">A sentence that explains how to correct the field, without an address or content.</param>
    public FieldError(string field, string code, string message) => (Field, Code, Message) = (field, code, message);

    /// <summary>Gets the field in JSON notation, such as <c>to[0].email</c> or <c>expiresAt</c>.</summary>
    public string Field { get; init; }

    /// <summary>Gets the kind of the error, one of <see cref="FieldErrorCodes"/>. A program can depend on it.</summary>
    public string Code { get; init; }

    /// <summary>
    /// Gets a sentence that explains how to correct the field. It never contains an address or content. The wording may change
    /// at any time.
    /// </summary>
    public string Message { get; init; }
}

namespace Notify.Client;

/// <summary>
/// The service refused a call for a reason other than the content of the call, such as an invalid key, or failed to answer it.
/// </summary>
public sealed class NotifyServiceException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The code of the problem; null if the answer has none, as that of a proxy.</param>
    /// <param name="message">The reason.</param>
    public NotifyServiceException(int status, string? code, string message)
        : base(message) => (Status, Code) = (status, code);

    /// <summary>Gets the HTTP status, such as 401.</summary>
    public int Status { get; }

    /// <summary>Gets the code of the problem, one of <see cref="ProblemCodes"/>; null if the answer has none.</summary>
    public string? Code { get; }
}

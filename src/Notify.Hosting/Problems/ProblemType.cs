namespace Notify.Hosting.Problems;

/// <summary>A kind of problem that the API reports.</summary>
/// <param name="Status">The status of the response.</param>
/// <param name="Code">The code, one of <see cref="ProblemCodes"/>.</param>
/// <param name="Title">The title, which is the same for each occurrence (RFC 9457, section 3.1.3).</param>
/// <param name="Fix">What the caller can do about it, for the documentation.</param>
internal sealed record ProblemType(int Status, string Code, string Title, string Fix);

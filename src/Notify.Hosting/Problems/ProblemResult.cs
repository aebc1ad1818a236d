using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Notify.Hosting.Problems;

/// <summary>Answers with a problem document (RFC 9457) whose <c>type</c> refers to the documentation of the problem.</summary>
internal sealed class ProblemResult(ProblemType type, string? detail, Dictionary<string, object?>? extensions = null)
    : IResult,
        IStatusCodeHttpResult
{
    public ProblemType Type => type;

    public string? Detail => detail;

    /// <summary>Gets the additional members of the document.</summary>
    public IReadOnlyDictionary<string, object?> Extensions => extensions ?? [];

    /// <summary>
    /// Gets the invalid fields, which are also among the additional members; null if the problem is another one.
    /// </summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }

    public int? StatusCode => type.Status;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var problem = new ProblemDetails
        {
            Type = ProblemPages.GetUri(httpContext, type.Code),
            Status = type.Status,
            Title = type.Title,
            Detail = detail,
            Extensions = { ["code"] = type.Code },
        };
        foreach (var (name, value) in extensions ?? [])
            problem.Extensions[name] = value;
        return TypedResults.Problem(problem).ExecuteAsync(httpContext);
    }
}

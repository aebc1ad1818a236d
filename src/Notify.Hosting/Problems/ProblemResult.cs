using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Notify.Hosting.Problems;

/// <summary>Answers with a problem document (RFC 9457) whose <c>type</c> refers to the documentation of the problem.</summary>
internal sealed class ProblemResult(ProblemType type, string? detail, Dictionary<string, object?>? extensions = null)
    : IResult,
        IStatusCodeHttpResult
{
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

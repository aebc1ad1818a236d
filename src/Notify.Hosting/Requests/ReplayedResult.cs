using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Requests;

/// <summary>
/// Repeats the answer of an earlier call with the same idempotency key. It hides its status from filters, so that the audit log
/// contains each call once.
/// </summary>
internal sealed class ReplayedResult(byte[] answer) : IResult
{
    /// <summary>The header of every response that repeats an earlier one.</summary>
    public const string Header = "Idempotency-Replayed";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers[Header] = "true";
        if (answer.Length == 0)
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = answer.Length;
        return response.Body.WriteAsync(answer, CancellationToken.None).AsTask();
    }
}

using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Notify.Hosting.Notifications;

/// <summary>The 202 of a trigger, of a known length, in one write: it is what the API answers with most.</summary>
internal sealed class AcceptedResult(AcceptedView accepted) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = JsonSerializer.SerializeToUtf8Bytes(accepted, NotificationsJson.Default.AcceptedView);
        response.StatusCode = StatusCodes.Status202Accepted;
        response.Headers.Location = accepted.StatusUrl;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        // Not to be cancelled: to a caller that hung up it writes nothing, where a cancellation would be thrown.
        return response.Body.WriteAsync(body, CancellationToken.None).AsTask();
    }
}

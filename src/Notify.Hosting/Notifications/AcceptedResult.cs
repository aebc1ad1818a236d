using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>
/// The 202 response to a trigger. As the most frequent response of the API, it is written in one write with a known length.
/// </summary>
internal sealed class AcceptedResult(AcceptedView accepted) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = JsonSerializer.SerializeToUtf8Bytes(accepted, NotificationsJson.Default.AcceptedView);
        response.StatusCode = StatusCodes.Status202Accepted;
        if (accepted.Duplicate)
            response.Headers[ReplayedResult.Header] = "true";
        response.Headers.Location = accepted.StatusUrl;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        // The write is not cancellable. If the caller has disconnected, it writes nothing, whereas a cancellation would throw.
        return response.Body.WriteAsync(body, CancellationToken.None).AsTask();
    }
}

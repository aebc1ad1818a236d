using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.WebPush;

/// <summary>The error with which a request is refused, in the form that Mozilla documents ("Autopush: Error Codes").</summary>
public sealed class PushRefusal(int status, int? number, string message) : Exception(message)
{
    /// <summary>The HTTP status of the answer.</summary>
    public int Status => status;

    internal Task AnswerAsync(HttpResponse response)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        return response.WriteAsync(
            JsonSerializer.Serialize(
                new
                {
                    code = status,
                    errno = number,
                    message = Message,
                }
            )
        );
    }
}

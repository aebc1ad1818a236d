using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.WebPush;

/// <summary>How one request fails, before the gateway checks it.</summary>
/// <param name="Status">The status of the answer.</param>
public sealed record PushFault(int Status)
{
    /// <summary>The value of the header Retry-After, or null to send no such header.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The value of the header X-WNS-Error-Description, or null to send no such header.</summary>
    public string? Description { get; init; }

    /// <summary>The body of the answer.</summary>
    public string Body { get; init; } = "";

    /// <summary>How long the gateway waits before it answers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Whether the connection (HTTP/1.1) or stream (HTTP/2) is reset instead of answered.</summary>
    public bool IsReset { get; init; }

    internal async Task AnswerAsync(HttpContext context)
    {
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        if (IsReset)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = Status;
        if (RetryAfter is not null)
            context.Response.Headers.RetryAfter = RetryAfter;
        if (Description is not null)
            context.Response.Headers["X-WNS-Error-Description"] = Description;
        await context.Response.WriteAsync(Body);
    }
}

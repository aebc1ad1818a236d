using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Twilio;

/// <summary>What goes wrong with a request.</summary>
public sealed record TwilioTrouble
{
    /// <summary>The status to answer with. Default 500.</summary>
    public int Status { get; init; } = 500;

    /// <summary>The JSON to answer with, whatever it is. It goes before <see cref="Code"/>.</summary>
    public string? Json { get; init; }

    /// <summary>The error code to answer with. Without it and <see cref="Json"/> the answer is a page that is no JSON.</summary>
    public int? Code { get; init; }

    /// <summary>Twilio's message, which may quote what it likes.</summary>
    public string Message { get; init; } = "Told to misbehave";

    /// <summary>The header Retry-After.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>How long the answer takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Whether the connection is reset instead of an answer.</summary>
    public bool Resets { get; init; }

    /// <summary>Whether the message is taken over before the connection is reset, so that only the answer is lost.</summary>
    public bool LosesAnswer { get; init; }

    internal async Task CauseAsync(HttpContext context)
    {
        if (Delay != TimeSpan.Zero)
            await Task.Delay(Delay, context.RequestAborted);
        if (Resets || LosesAnswer)
        {
            context.Abort();
            return;
        }

        if (RetryAfter is not null)
            context.Response.Headers.RetryAfter = RetryAfter;
        if (Code is { } code)
        {
            await TwilioAnswers.ErrorAsync(context, Status, code, Message);
            return;
        }

        context.Response.StatusCode = Status;
        context.Response.ContentType = Json is null ? "text/html" : "application/json";
        if (Status != StatusCodes.Status204NoContent)
            await context.Response.WriteAsync(Json ?? $"<html>{Message}</html>", context.RequestAborted);
    }
}

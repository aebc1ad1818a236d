using Microsoft.AspNetCore.Http;

namespace Notify.FakeGateways.Twilio;

/// <summary>A fault that the fake Twilio injects into a request.</summary>
public sealed record TwilioTrouble
{
    /// <summary>The HTTP status of the answer. Default: 500.</summary>
    public int Status { get; init; } = 500;

    /// <summary>The JSON body of the answer. It is used only if <see cref="Code"/> is null.</summary>
    public string? Json { get; init; }

    /// <summary>The error code in the answer. With neither this nor <see cref="Json"/>, the answer is an HTML page.</summary>
    public int? Code { get; init; }

    /// <summary>The message in the answer.</summary>
    public string Message { get; init; } = "The test asked for this error";

    /// <summary>The value of the header Retry-After.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>How long the gateway waits before it answers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Whether the connection is reset instead of answered.</summary>
    public bool Resets { get; init; }

    /// <summary>Whether the message is accepted before the connection is reset, so that only the answer is lost.</summary>
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

    /// <summary>Creates the trouble of a request in a mixture in which most requests have none.</summary>
    /// <param name="number">The number of the request.</param>
    public static TwilioTrouble? CreateMixture(int number) =>
        (number % 20) switch
        {
            1 => new TwilioTrouble { Status = 500 },
            3 => new TwilioTrouble
            {
                Status = 429,
                Code = 20429,
                RetryAfter = "1",
            },
            5 => new TwilioTrouble { Resets = true },
            7 => new TwilioTrouble { Status = 201, Json = "{\"sid\":" },
            9 => new TwilioTrouble
            {
                Status = 400,
                Code = 21211,
                Message = new string('x', 100_000),
            },
            11 => new TwilioTrouble { Delay = TimeSpan.FromMilliseconds(50) },
            _ => null,
        };
}

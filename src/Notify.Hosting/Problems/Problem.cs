using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Problems;

/// <summary>Creates the error responses of the API as problem documents (RFC 9457).</summary>
internal static class Problem
{
    public static IResult InvalidFields(FieldErrors errors) =>
        TypedResults.ValidationProblem(
            errors.ToDictionary(),
            "The invalid fields are listed in errors. Nothing was stored.",
            title: "The request has invalid fields."
        );

    public static IResult InvalidJson(JsonException exception)
    {
        // System.Text.Json counts from 0, editors from 1.
        var (line, position) = (exception.LineNumber + 1, exception.BytePositionInLine + 1);
        return Create(
            StatusCodes.Status400BadRequest,
            "The body is not valid JSON.",
            $"Reading stopped at line {line}, byte {position}.",
            new() { ["line"] = line, ["position"] = position }
        );
    }

    public static IResult NotUtf8() =>
        Create(StatusCodes.Status400BadRequest, "The body is not UTF-8.", "JSON must be encoded in UTF-8 (RFC 8259).");

    public static IResult ByteOrderMark() =>
        Create(
            StatusCodes.Status400BadRequest,
            "The body begins with a byte order mark.",
            "JSON must not begin with one (RFC 8259, section 8.1). Send the text as UTF-8 without a BOM."
        );

    public static IResult TooDeep(int levels) =>
        Create(StatusCodes.Status400BadRequest, "The body is nested too deeply.", $"At most {levels} levels are allowed.");

    public static IResult Encoded(HttpResponse response)
    {
        response.Headers.AcceptEncoding = "identity";
        return Create(
            StatusCodes.Status415UnsupportedMediaType,
            "The Content-Encoding is not supported.",
            "Send the body uncompressed, without Content-Encoding."
        );
    }

    public static IResult Unauthorized() =>
        Create(
            StatusCodes.Status401Unauthorized,
            "An API key is required.",
            "Send Authorization: Bearer KEY, or HTTP Basic with the key as the password."
        );

    public static IResult NotLocal() =>
        Create(
            StatusCodes.Status403Forbidden,
            "Only local calls are allowed.",
            "No API key is configured. Set NotificationsApiOptions.ApiKeys to allow other calls."
        );

    public static IResult Unknown(string what) =>
        Create(
            StatusCodes.Status404NotFound,
            $"The {what} does not exist.",
            $"The tenant has no such {what}. The header {RequestValues.TenantHeader} selects the tenant."
        );

    public static IResult UnknownPath() => Create(StatusCodes.Status404NotFound, "This path does not exist.");

    public static IResult WrongMethod(string allowed) =>
        Create(StatusCodes.Status405MethodNotAllowed, "This path does not support this method.", $"Use {allowed}.");

    public static IResult PreconditionFailed() =>
        Create(
            StatusCodes.Status412PreconditionFailed,
            "The precondition failed.",
            "The resource is not in the state that If-Match or If-None-Match requires. Nothing was changed.",
            new() { ["code"] = "precondition_failed" }
        );

    public static IResult IdempotencyConflict(Guid existingId) =>
        Create(
            StatusCodes.Status409Conflict,
            "The idempotency key was used with a different body.",
            $"It belongs to notification {existingId}.",
            new() { ["existingId"] = existingId }
        );

    public static IResult BodyTooLarge(long maxBytes) =>
        Create(StatusCodes.Status413PayloadTooLarge, "The body is too large.", $"The limit is {maxBytes} bytes.");

    public static IResult BodyTooSlow(HttpResponse response, TimeSpan timeout)
    {
        // Closes the connection, because the rest of the body is not read.
        response.Headers.Connection = "close";
        return Create(
            StatusCodes.Status408RequestTimeout,
            "The body did not arrive in time.",
            $"Send the whole body within {timeout.TotalSeconds:0} seconds."
        );
    }

    public static IResult TooBusy(HttpResponse response)
    {
        response.Headers.Connection = "close";
        response.Headers.RetryAfter = "1";
        return Create(StatusCodes.Status503ServiceUnavailable, "Too many requests are being handled.", "Try again in a second.");
    }

    public static IResult TooManyStreams(int max) =>
        Create(
            StatusCodes.Status429TooManyRequests,
            "Too many event streams are open.",
            $"Each API key may have at most {max} open. Close one first."
        );

    public static IResult TooManyFailures(HttpResponse response, TimeSpan wait)
    {
        response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Create(
            StatusCodes.Status429TooManyRequests,
            "Too many calls had an invalid API key.",
            "Calls from this address are refused until the time in Retry-After has passed."
        );
    }

    public static IResult Stopping() => Create(StatusCodes.Status503ServiceUnavailable, "The process is stopping.");

    public static IResult NotJson() =>
        Create(
            StatusCodes.Status415UnsupportedMediaType,
            "The body must be JSON.",
            "Send Content-Type: application/json with UTF-8."
        );

    public static IResult StoreUnavailable() =>
        Create(
            StatusCodes.Status503ServiceUnavailable,
            "The store is unavailable.",
            "Try again. With the same idempotency key, nothing is sent twice."
        );

    public static IResult Unexpected() => Create(StatusCodes.Status500InternalServerError, "An unexpected error occurred.");

    public static IResult Create(
        int status,
        string title,
        string? detail = null,
        Dictionary<string, object?>? extensions = null
    ) => TypedResults.Problem(detail, statusCode: status, title: title, extensions: extensions);
}

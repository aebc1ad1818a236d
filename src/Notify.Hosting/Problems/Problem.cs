using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Problems;

/// <summary>The errors that the API answers with, as problem documents (RFC 9457).</summary>
internal static class Problem
{
    public static IResult InvalidFields(FieldErrors errors) =>
        TypedResults.ValidationProblem(
            errors.ToDictionary(),
            "The field names are in errors; nothing was stored.",
            title: "The request has wrong fields."
        );

    public static IResult InvalidJson(JsonException exception)
    {
        // System.Text.Json counts from 0, editors from 1.
        var (line, position) = (exception.LineNumber + 1, exception.BytePositionInLine + 1);
        return Of(
            StatusCodes.Status400BadRequest,
            "The body is not valid JSON.",
            $"Reading stopped at line {line}, byte {position}.",
            new() { ["line"] = line, ["position"] = position }
        );
    }

    public static IResult NotUtf8() =>
        Of(StatusCodes.Status400BadRequest, "The body is not UTF-8.", "JSON travels as UTF-8 (RFC 8259).");

    public static IResult ByteOrderMark() =>
        Of(
            StatusCodes.Status400BadRequest,
            "The body begins with a byte order mark.",
            "JSON travels without one (RFC 8259 section 8.1). Save or send the text as UTF-8 without BOM."
        );

    public static IResult TooDeep(int levels) =>
        Of(StatusCodes.Status400BadRequest, "The body is nested too deeply.", $"Nest at most {levels} levels.");

    public static IResult Encoded(HttpResponse response)
    {
        response.Headers.AcceptEncoding = "identity";
        return Of(
            StatusCodes.Status415UnsupportedMediaType,
            "The Content-Encoding is not supported.",
            "Send the body uncompressed, without Content-Encoding."
        );
    }

    public static IResult Unauthorized() =>
        Of(
            StatusCodes.Status401Unauthorized,
            "An API key is needed.",
            "Send Authorization: Bearer KEY, or HTTP Basic with the key as password."
        );

    public static IResult NotLocal() =>
        Of(
            StatusCodes.Status403Forbidden,
            "Only local calls are answered.",
            "No API key is set; set NotificationsApiOptions.ApiKeys to answer others."
        );

    public static IResult Unknown(string what) =>
        Of(
            StatusCodes.Status404NotFound,
            $"There is no such {what}.",
            $"The tenant, by the header {RequestValues.TenantHeader}, has none at this path."
        );

    public static IResult UnknownPath() => Of(StatusCodes.Status404NotFound, "There is nothing at this path.");

    public static IResult WrongMethod(string allowed) =>
        Of(StatusCodes.Status405MethodNotAllowed, "This path does not take this method.", $"Use {allowed}.");

    public static IResult IdempotencyConflict(Guid existingId) =>
        Of(
            StatusCodes.Status409Conflict,
            "The idempotency key was used with another body.",
            $"It belongs to notification {existingId}.",
            new() { ["existingId"] = existingId }
        );

    public static IResult BodyTooLarge(long maxBytes) =>
        Of(StatusCodes.Status413PayloadTooLarge, "The body is too large.", $"At most {maxBytes} bytes are read.");

    public static IResult BodyTooSlow(HttpResponse response, TimeSpan timeout)
    {
        // What is left of the body is not waited for.
        response.Headers.Connection = "close";
        return Of(
            StatusCodes.Status408RequestTimeout,
            "The body did not arrive in time.",
            $"Send the whole body within {timeout.TotalSeconds:0} seconds."
        );
    }

    public static IResult TooBusy(HttpResponse response)
    {
        response.Headers.Connection = "close";
        response.Headers.RetryAfter = "1";
        return Of(StatusCodes.Status503ServiceUnavailable, "Too many requests are handled at a time.", "Try again in a second.");
    }

    public static IResult TooManyStreams(int max) =>
        Of(
            StatusCodes.Status429TooManyRequests,
            "Too many event streams are open.",
            $"At most {max} are open for a key at a time. Close one first."
        );

    public static IResult TooManyFailures(HttpResponse response, TimeSpan wait)
    {
        response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Of(
            StatusCodes.Status429TooManyRequests,
            "Too many calls came with a wrong key.",
            "Calls from this address are refused for a while."
        );
    }

    public static IResult Stopping() => Of(StatusCodes.Status503ServiceUnavailable, "The process is stopping.");

    public static IResult NotJson() =>
        Of(StatusCodes.Status415UnsupportedMediaType, "The body must be JSON.", "Send Content-Type: application/json, in UTF-8.");

    public static IResult StoreUnavailable() =>
        Of(
            StatusCodes.Status503ServiceUnavailable,
            "The store does not answer.",
            "Try again; with the same idempotency key nothing is sent twice."
        );

    public static IResult Unexpected() => Of(StatusCodes.Status500InternalServerError, "Something unexpected happened.");

    public static IResult Of(int status, string title, string? detail = null, Dictionary<string, object?>? extensions = null) =>
        TypedResults.Problem(detail, statusCode: status, title: title, extensions: extensions);
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Notify.Hosting.Authentication;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Problems;

/// <summary>Creates the error responses of the API as problem documents (RFC 9457).</summary>
internal static partial class Problem
{
    public static ProblemResult InvalidFields(FieldErrors errors) =>
        new(
            ProblemTypes.Get(ProblemCodes.InvalidRequest),
            "The invalid fields are listed in errors. Nothing was stored.",
            new() { ["errors"] = JsonSerializer.SerializeToElement(errors.All, FieldErrorsJson.Default.IReadOnlyListFieldError) }
        )
        {
            Errors = errors.All,
        };

    public static ProblemResult InvalidJson(JsonException exception)
    {
        // System.Text.Json counts from 0, editors from 1.
        var (line, position) = (exception.LineNumber + 1, exception.BytePositionInLine + 1);
        return Create(
            ProblemCodes.InvalidJson,
            $"Reading stopped at line {line}, byte {position}.",
            new() { ["line"] = line, ["position"] = position }
        );
    }

    public static ProblemResult NotUtf8() => Create(ProblemCodes.InvalidEncoding, "JSON must be encoded in UTF-8 (RFC 8259).");

    public static ProblemResult ByteOrderMark() =>
        Create(
            ProblemCodes.ByteOrderMark,
            "JSON must not begin with one (RFC 8259, section 8.1). Send the text as UTF-8 without a BOM."
        );

    public static ProblemResult TooDeep(int levels) =>
        Create(ProblemCodes.NestedTooDeeply, $"At most {levels} levels are allowed.");

    public static IResult Encoded(HttpResponse response)
    {
        response.Headers.AcceptEncoding = "identity";
        return Create(ProblemCodes.UnsupportedContentEncoding, "Send the body uncompressed, without Content-Encoding.");
    }

    public static IResult Unauthorized() =>
        Create(ProblemCodes.Unauthorized, "Send Authorization: Bearer KEY, or HTTP Basic with the key as the password.");

    public static IResult InvalidToken() =>
        Create(ProblemCodes.InvalidToken, "Send Authorization: Bearer TOKEN with a token that has not expired.");

    public static IResult ScopeMissing(ApiScope scope, ApiScope scopes)
    {
        var (needed, held) = (ScopeNames.Get(scope), ScopeNames.Get(scopes));
        return Create(
            ProblemCodes.ScopeMissing,
            $"The call needs the scope {string.Join(" and ", needed)}. The caller has {FormatScopes(held)}.",
            new() { ["scope"] = string.Join(' ', needed) }
        );
    }

    public static IResult KindNotAllowed() => Create(ProblemCodes.KindNotAllowed, "Use a key of the kind live.");

    public static IResult TenantNotAllowed() =>
        Create(ProblemCodes.TenantNotAllowed, $"Omit the header {RequestValues.TenantHeader}, or use a key of the tenant.");

    public static IResult NotAMember() =>
        Create(ProblemCodes.NotAMember, "Someone with the role admin adds members at /v1/members.");

    public static IResult TenantRequired(IEnumerable<string> tenants) =>
        Create(
            ProblemCodes.TenantRequired,
            $"Select a tenant with the header {RequestValues.TenantHeader}.",
            new() { ["tenants"] = tenants.ToArray() }
        );

    public static IResult NotLocal() =>
        Create(
            ProblemCodes.LocalCallsOnly,
            "No API key is configured. Send a key, or set NotificationsApiOptions.ApiKeys to allow other calls."
        );

    public static IResult CrossOrigin() =>
        Create(
            ProblemCodes.CrossOrigin,
            "A browser sent this call for a page of another origin. Set NotificationsApiOptions.ApiKeys to allow such calls."
        );

    public static IResult InvalidSignature() => Create(ProblemCodes.InvalidSignature, "Nothing was stored.");

    public static IResult UnreadableCallback(string reason) => Create(ProblemCodes.UnreadableCallback, reason);

    public static IResult CallbackNotVerified(HttpResponse response, string reason)
    {
        response.Headers.RetryAfter = "60";
        return Create(ProblemCodes.CallbackNotVerified, reason);
    }

    public static IResult Unknown(string resource) =>
        Create(
            ProblemCodes.NotFound,
            $"The tenant has no such {resource}. The header {RequestValues.TenantHeader} selects the tenant.",
            new() { ["resource"] = resource }
        );

    public static IResult UnknownProvider() => Create(ProblemCodes.ProviderNotFound);

    public static IResult UnknownPath() => Create(ProblemCodes.PathNotFound);

    public static IResult PreconditionFailed() =>
        Create(
            ProblemCodes.PreconditionFailed,
            "The resource is not in the state that If-Match or If-None-Match requires. Nothing was changed."
        );

    public static IResult WrongMethod(string allowed) => Create(ProblemCodes.MethodNotAllowed, $"Use {allowed}.");

    /// <summary>The key was used with another body, for a notification if its id is given.</summary>
    public static ProblemResult IdempotencyKeyReused(Guid? existingId = null) =>
        existingId is { } id
            ? Create(ProblemCodes.IdempotencyKeyReused, $"It belongs to notification {id}.", new() { ["existingId"] = id })
            : Create(ProblemCodes.IdempotencyKeyReused, "It belongs to an earlier call with another body.");

    public static IResult IdempotencyKeyInUse(HttpResponse response)
    {
        response.Headers.RetryAfter = "1";
        return Create(ProblemCodes.IdempotencyKeyInUse, "Repeat the call later with the same key and body.");
    }

    public static ProblemResult BodyTooLarge(long maxBytes) =>
        Create(ProblemCodes.BodyTooLarge, $"The limit is {maxBytes} bytes.");

    public static ProblemResult LineTooLarge(long maxBytes) =>
        Create(ProblemCodes.BodyTooLarge, $"The limit for a line is {maxBytes} bytes.");

    public static ProblemResult StreamTooSlow(TimeSpan timeout) =>
        Create(ProblemCodes.BodyTooSlow, $"Nothing arrived for {timeout.TotalSeconds:0} seconds.");

    public static IResult BodyTooSlow(HttpResponse response, TimeSpan timeout)
    {
        // Closes the connection, because the rest of the body is not read.
        response.Headers.Connection = "close";
        return Create(ProblemCodes.BodyTooSlow, $"Send the whole body within {timeout.TotalSeconds:0} seconds.");
    }

    public static IResult TooBusy(HttpResponse response)
    {
        response.Headers.Connection = "close";
        response.Headers.RetryAfter = "1";
        return Create(ProblemCodes.TooBusy, "Try again in a second.");
    }

    public static IResult TooManyCalls(HttpResponse response, TimeSpan wait)
    {
        response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Create(
            ProblemCodes.TooManyCalls,
            "RateLimit-Policy tells the limit of this key, and Retry-After when to repeat the call."
        );
    }

    public static IResult TooManyStreams(int max) =>
        Create(ProblemCodes.TooManyStreams, $"Each API key may have at most {max} open. Close one first.");

    public static IResult TooManyFailures(HttpResponse response, TimeSpan wait)
    {
        response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Create(
            ProblemCodes.TooManyFailedCalls,
            "Calls from this address are refused until the time in Retry-After has passed."
        );
    }

    public static ProblemResult Stopping() => Create(ProblemCodes.Stopping);

    public static IResult NotJson() =>
        Create(ProblemCodes.UnsupportedMediaType, "Send Content-Type: application/json with UTF-8.");

    public static IResult NotLines(string? otherType = null) =>
        Create(
            ProblemCodes.UnsupportedMediaType,
            $"Send Content-Type: {JsonLines.MediaType}{(otherType is null ? "" : $" or {otherType}")} with UTF-8."
        );

    public static ProblemResult StoreUnavailable() =>
        Create(ProblemCodes.StoreUnavailable, "Try again. With the same idempotency key, nothing is sent twice.");

    public static IResult UpstreamFailed() =>
        Create(
            ProblemCodes.UpstreamFailed,
            "The call may have taken effect. With the same idempotency key, nothing is sent twice."
        );

    public static IResult UpstreamUnavailable(HttpResponse response)
    {
        response.Headers.RetryAfter = "1";
        return Create(ProblemCodes.UpstreamUnavailable, "Try again in a second.");
    }

    public static IResult UpstreamTimeout() =>
        Create(
            ProblemCodes.UpstreamTimeout,
            "The call may have taken effect. With the same idempotency key, nothing is sent twice."
        );

    public static IResult NotSupported(string detail) => Create(ProblemCodes.NotSupported, detail);

    public static ProblemResult Unexpected() => Create(ProblemCodes.InternalError);

    /// <summary>The server itself could not read the request, for example because the caller sent only a part of it.</summary>
    public static IResult Unreadable(int status) =>
        Create(
            status switch
            {
                StatusCodes.Status408RequestTimeout => ProblemCodes.BodyTooSlow,
                StatusCodes.Status413PayloadTooLarge => ProblemCodes.BodyTooLarge,
                _ => ProblemCodes.UnreadableRequest,
            }
        );

    private static string FormatScopes(IReadOnlyList<string> scopes) => scopes.Count == 0 ? "none" : string.Join(", ", scopes);

    private static ProblemResult Create(string code, string? detail = null, Dictionary<string, object?>? extensions = null) =>
        new(ProblemTypes.Get(code), detail, extensions);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(IReadOnlyList<FieldError>))]
    private sealed partial class FieldErrorsJson : JsonSerializerContext;
}

using static Notify.ProblemCodes;

namespace Notify.Hosting.Problems;

/// <summary>Every kind of problem that the API reports. The page <c>docs/reference/errors.md</c> is generated from it.</summary>
internal static class ProblemTypes
{
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        new(
            400,
            InvalidRequest,
            "The request has invalid fields.",
            "Correct the fields that `errors` lists. Nothing was stored."
        ),
        new(400, InvalidJson, "The body is not valid JSON.", "Correct the JSON at `line` and `position`, a byte in that line."),
        new(400, InvalidEncoding, "The body is not UTF-8.", "Encode the JSON in UTF-8 (RFC 8259)."),
        new(
            400,
            ByteOrderMark,
            "The body begins with a byte order mark.",
            "Send the text as UTF-8 without a byte order mark (RFC 8259, section 8.1)."
        ),
        new(400, NestedTooDeeply, "The body is nested too deeply.", "Use at most 64 levels of objects and arrays."),
        new(400, UnreadableRequest, "The request could not be read.", "Send a complete HTTP request."),
        new(
            400,
            TenantRequired,
            "The call must select a tenant.",
            "You are a member of the tenants in `tenants`. Select one with the header `X-Notify-Tenant`."
        ),
        new(
            400,
            UnreadableCallback,
            "The callback could not be read.",
            "Applies only to vendors' callbacks. Configure the vendor to send the format of the provider's callback."
        ),
        new(
            401,
            Unauthorized,
            "An API key is required.",
            "Send `Authorization: Bearer KEY`, or HTTP Basic with the key as the password."
        ),
        new(
            401,
            InvalidToken,
            "The token of the user is missing, invalid or expired.",
            "Applies only to the inbox in a browser. Get a new token from `POST /v1/users/{id}/inbox-tokens`, and send it as "
                + "`Authorization: Bearer TOKEN`."
        ),
        new(
            403,
            NotAMember,
            "The person is not a member of any tenant.",
            "Ask someone with the role `admin` to add you at `/v1/members`. An email address counts only if it is verified."
        ),
        new(
            403,
            LocalCallsOnly,
            "Only local calls are allowed.",
            "Set `NotificationsApiOptions.ApiKeys` and send a key. Without keys, only calls from the same machine are answered."
        ),
        new(
            403,
            CrossOrigin,
            "Calls from pages of other origins are not allowed.",
            "Set `NotificationsApiOptions.ApiKeys` and send a key. Without a key, browsers may call it only from its own pages."
        ),
        new(
            403,
            InvalidSignature,
            "The signature is invalid.",
            "Applies only to vendors' callbacks. Check the signing secret of the provider and the URL that the vendor calls."
        ),
        new(
            403,
            ScopeMissing,
            "The caller lacks a scope.",
            "Use a key that has the scope in `scope`. Someone with the scope `admin` can create one."
        ),
        new(
            403,
            KindNotAllowed,
            "Only a live key may do this.",
            "Use a key of the kind `live`. A test or team key cannot change live notifications."
        ),
        new(
            403,
            TenantNotAllowed,
            "The caller belongs to another tenant.",
            "Omit `X-Notify-Tenant`, or use a key of that tenant. Only keys with the scope `platform` may name other tenants."
        ),
        new(
            404,
            NotFound,
            "The resource does not exist.",
            "Check the id or the name, and the tenant of the call. `resource` names the kind of the resource."
        ),
        new(404, PathNotFound, "This path does not exist.", "Check the URL."),
        new(
            404,
            ProviderNotFound,
            "No provider with this name accepts callbacks.",
            "Applies only to vendors' callbacks. Use the name under which the provider is registered."
        ),
        new(405, MethodNotAllowed, "This path does not support this method.", "Use a method that the header `Allow` lists."),
        new(
            408,
            BodyTooSlow,
            "The body did not arrive in time.",
            "Send the whole body within `NotificationsApiOptions.BodyTimeout`, which is 30 seconds by default."
        ),
        new(
            409,
            IdempotencyKeyInUse,
            "A call with this idempotency key is still running.",
            "Repeat the call with the same key and body after the number of seconds in `Retry-After`."
        ),
        new(
            412,
            PreconditionFailed,
            "The precondition failed.",
            "Read the resource again, and repeat the change with its new `ETag`."
        ),
        new(
            413,
            BodyTooLarge,
            "The body is too large.",
            "Send less than `NotificationsApiOptions.MaxBodyBytes`, which is 1 MiB by default."
        ),
        new(
            415,
            UnsupportedContentEncoding,
            "The Content-Encoding is not supported.",
            "Send the body uncompressed, without `Content-Encoding`."
        ),
        new(
            415,
            UnsupportedMediaType,
            "The body must be JSON.",
            "Send `Content-Type: application/json`, without a charset other than UTF-8."
        ),
        new(
            422,
            IdempotencyKeyReused,
            "The idempotency key was used with a different body.",
            "Use a new key for a new request. `existingId` is the notification that the key belongs to, if it belongs to one."
        ),
        new(
            429,
            TooManyFailedCalls,
            "Too many calls had an invalid API key.",
            "Correct the key, and call again after the number of seconds in `Retry-After`."
        ),
        new(
            429,
            TooManyCalls,
            "The key has made too many calls.",
            "Repeat the call after the number of seconds in `Retry-After`. `RateLimit-Policy` tells the limit."
        ),
        new(429, TooManyStreams, "Too many streams are open.", "Close a stream of this API key first."),
        new(500, InternalError, "An unexpected error occurred.", "Try again. The log of the host contains the error."),
        new(501, NotSupported, "The operation is not supported.", "Use a provider or a store that supports the operation."),
        new(
            502,
            UpstreamFailed,
            "The process behind the gateway failed.",
            "Try again. With the same idempotency key, nothing is sent twice."
        ),
        new(
            503,
            CallbackNotVerified,
            "The callback cannot be verified at the moment.",
            "Applies only to vendors' callbacks. The vendor repeats the call. Check that the process can reach the vendor."
        ),
        new(503, TooBusy, "Too many requests are being handled.", "Try again after the number of seconds in `Retry-After`."),
        new(503, Stopping, "The process is stopping.", "Use another process of the cluster."),
        new(
            503,
            IssuerUnavailable,
            "The identity provider is not available.",
            "The token could not be verified. Repeat the call after the number of seconds in `Retry-After`."
        ),
        new(
            503,
            StoreUnavailable,
            "The store is unavailable.",
            "Try again. With the same idempotency key, nothing is sent twice."
        ),
        new(
            503,
            UpstreamUnavailable,
            "No process behind the gateway is available.",
            "Try again after the number of seconds in `Retry-After`."
        ),
        new(
            504,
            UpstreamTimeout,
            "The process behind the gateway did not answer in time.",
            "Try again. With the same idempotency key, nothing is sent twice."
        ),
    ];

    /// <summary>Gets the kind of problem with a code.</summary>
    public static ProblemType Get(string code) => All.First(type => type.Code == code);
}

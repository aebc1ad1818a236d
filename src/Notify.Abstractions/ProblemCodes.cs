namespace Notify;

/// <summary>
/// The problems that the HTTP API reports as <c>code</c>, and that exceptions of Notify have as their code. Codes do not change.
/// Later versions may add codes, so treat an unknown one by the status of the response.
/// </summary>
public static class ProblemCodes
{
    /// <summary>Fields of the request are invalid (400).</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>The body is not valid JSON (400).</summary>
    public const string InvalidJson = "invalid_json";

    /// <summary>The body is not UTF-8 (400).</summary>
    public const string InvalidEncoding = "invalid_encoding";

    /// <summary>The body begins with a byte order mark (400).</summary>
    public const string ByteOrderMark = "byte_order_mark";

    /// <summary>The body is nested too deeply (400).</summary>
    public const string NestedTooDeeply = "nested_too_deeply";

    /// <summary>The server could not read the request (400).</summary>
    public const string UnreadableRequest = "unreadable_request";

    /// <summary>The person is a member of several tenants, and the call selects none (400).</summary>
    public const string TenantRequired = "tenant_required";

    /// <summary>A vendor's callback is signed, but its body cannot be read (400).</summary>
    public const string UnreadableCallback = "unreadable_callback";

    /// <summary>The call has no valid API key (401).</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The call of a browser has no valid token of a user (401).</summary>
    public const string InvalidToken = "invalid_token";

    /// <summary>The person is not a member of any tenant (403).</summary>
    public const string NotAMember = "not_a_member";

    /// <summary>No API key is configured, and the call is not local (403).</summary>
    public const string LocalCallsOnly = "local_calls_only";

    /// <summary>No API key is configured, and a browser sent the call for a page of another origin (403).</summary>
    public const string CrossOrigin = "cross_origin";

    /// <summary>The signature of a vendor's callback is invalid (403).</summary>
    public const string InvalidSignature = "invalid_signature";

    /// <summary>The caller lacks the scope of the operation (403).</summary>
    public const string ScopeMissing = "scope_missing";

    /// <summary>The kind of the caller's key may not do this (403).</summary>
    public const string KindNotAllowed = "kind_not_allowed";

    /// <summary>The caller may not act for the tenant in <c>X-Notify-Tenant</c> (403).</summary>
    public const string TenantNotAllowed = "tenant_not_allowed";

    /// <summary>The tenant has no such resource (404).</summary>
    public const string NotFound = "not_found";

    /// <summary>The path does not exist (404).</summary>
    public const string PathNotFound = "path_not_found";

    /// <summary>No provider with this name accepts callbacks (404).</summary>
    public const string ProviderNotFound = "provider_not_found";

    /// <summary>The path does not support the method (405).</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>The body did not arrive in time (408).</summary>
    public const string BodyTooSlow = "body_too_slow";

    /// <summary>The first call with this idempotency key is still running (409).</summary>
    public const string IdempotencyKeyInUse = "idempotency_key_in_use";

    /// <summary>The resource is not in the state that a precondition requires (412).</summary>
    public const string PreconditionFailed = "precondition_failed";

    /// <summary>The body is too large (413).</summary>
    public const string BodyTooLarge = "body_too_large";

    /// <summary>The body is compressed (415).</summary>
    public const string UnsupportedContentEncoding = "unsupported_content_encoding";

    /// <summary>The body is not JSON (415).</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>The idempotency key was used with a different body (422).</summary>
    public const string IdempotencyKeyReused = "idempotency_key_reused";

    /// <summary>Too many calls from this address had an invalid API key (429).</summary>
    public const string TooManyFailedCalls = "too_many_failed_calls";

    /// <summary>The key has made too many calls (429).</summary>
    public const string TooManyCalls = "too_many_calls";

    /// <summary>Too many event streams are open (429).</summary>
    public const string TooManyStreams = "too_many_streams";

    /// <summary>An unexpected error occurred (500).</summary>
    public const string InternalError = "internal_error";

    /// <summary>The provider or the store does not support the operation (501).</summary>
    public const string NotSupported = "not_supported";

    /// <summary>A vendor's callback cannot be verified at the moment (503).</summary>
    public const string CallbackNotVerified = "callback_not_verified";

    /// <summary>Too many requests are being handled (503).</summary>
    public const string TooBusy = "too_busy";

    /// <summary>The process is stopping (503).</summary>
    public const string Stopping = "stopping";

    /// <summary>The identity provider is not available, so the token could not be verified (503).</summary>
    public const string IssuerUnavailable = "issuer_unavailable";

    /// <summary>The store is unavailable (503).</summary>
    public const string StoreUnavailable = "store_unavailable";

    /// <summary>The process behind the gateway failed during the call (502).</summary>
    public const string UpstreamFailed = "upstream_failed";

    /// <summary>No process behind the gateway is available (503).</summary>
    public const string UpstreamUnavailable = "upstream_unavailable";

    /// <summary>The process behind the gateway did not answer in time (504).</summary>
    public const string UpstreamTimeout = "upstream_timeout";
}

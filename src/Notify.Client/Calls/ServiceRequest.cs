using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Notify.Client.Requests;

namespace Notify.Client.Calls;

/// <summary>Creates requests, and notes whether they can be repeated.</summary>
internal static class ServiceRequest
{
    private const string TenantHeader = "X-Notify-Tenant";

    private static readonly HttpRequestOptionsKey<bool> Repeatable = new("Notify.Repeatable");

    private static readonly HttpRequestOptionsKey<bool> Unlimited = new("Notify.Unlimited");

    /// <summary>
    /// Creates a request. The default tenant means the tenant of the key, so that it needs no header. Only a request that reads
    /// can be repeated.
    /// </summary>
    public static HttpRequestMessage Create(HttpMethod method, string path, string tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (tenant != Trigger.DefaultTenant)
            request.Headers.TryAddWithoutValidation(TenantHeader, tenant);
        return method == HttpMethod.Get ? request.Repeat() : request;
    }

    public static HttpRequestMessage Get(string path, string tenant) => Create(HttpMethod.Get, path, tenant);

    public static HttpRequestMessage Post(string path, string tenant) => Create(HttpMethod.Post, path, tenant);

    public static HttpRequestMessage Put(string path, string tenant) => Create(HttpMethod.Put, path, tenant);

    public static HttpRequestMessage Patch(string path, string tenant) => Create(HttpMethod.Patch, path, tenant);

    public static HttpRequestMessage Delete(string path, string tenant) => Create(HttpMethod.Delete, path, tenant);

    /// <summary>Sets the body.</summary>
    public static HttpRequestMessage With<TBody>(this HttpRequestMessage request, TBody body, JsonTypeInfo<TBody> type)
    {
        request.Content = JsonBody.Create(JsonSerializer.SerializeToUtf8Bytes(body, type), "application/json");
        return request;
    }

    /// <summary>
    /// Sets the precondition. Without one, the request can be repeated: the second call finds the state that the first one left.
    /// With one, the second call would find that the precondition does not hold any more.
    /// </summary>
    public static HttpRequestMessage With(this HttpRequestMessage request, Precondition precondition)
    {
        if (precondition.Version is { } version)
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        else if (precondition.MustExist)
            request.Headers.TryAddWithoutValidation("If-Match", "*");
        else if (precondition.MustNotExist)
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        else
            return request.Repeat();
        return request;
    }

    /// <summary>Sets an idempotency key, so that the request can be repeated.</summary>
    public static HttpRequestMessage WithKey(this HttpRequestMessage request, string idempotencyKey)
    {
        request.Headers.TryAddWithoutValidation("Idempotency-Key", $"\"{idempotencyKey}\"");
        return request.Repeat();
    }

    /// <summary>Notes that the request has the same effect if it is sent twice.</summary>
    public static HttpRequestMessage Repeat(this HttpRequestMessage request)
    {
        request.Options.Set(Repeatable, true);
        return request;
    }

    /// <summary>Notes that the request takes as long as its stream.</summary>
    public static HttpRequestMessage WithoutTimeout(this HttpRequestMessage request)
    {
        request.Options.Set(Unlimited, true);
        return request;
    }

    public static bool IsRepeatable(HttpRequestMessage? request) => Has(request, Repeatable);

    public static bool HasTimeout(HttpRequestMessage? request) => !Has(request, Unlimited);

    private static bool Has(HttpRequestMessage? request, HttpRequestOptionsKey<bool> option) =>
        request is not null && request.Options.TryGetValue(option, out var isSet) && isSet;
}

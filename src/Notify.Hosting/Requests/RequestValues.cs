using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Notify.Hosting.Requests;

/// <summary>What a request says outside of its body and query.</summary>
internal static class RequestValues
{
    public const string TenantHeader = "X-Notify-Tenant";

    public static string TenantOf(HttpRequest request) => Header(request, TenantHeader) ?? Trigger.DefaultTenant;

    public static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var values) && !StringValues.IsNullOrEmpty(values) ? values.ToString() : null;

    /// <summary>A part of the path. The server decodes all but the slash, which only routing may take for one.</summary>
    public static string Route(HttpRequest request, string name) =>
        ((string)request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Notify.Dashboard.Access;
using Notify.Dashboard.Assets;
using Notify.Hosting.Authentication;

namespace Notify.Dashboard.Rendering;

/// <summary>The request of a page: who asks, for which tenant, and how the page links to others.</summary>
/// <remarks>
/// Links are relative, so they are right under every path prefix, even behind a proxy that removes a prefix and does not say so.
/// </remarks>
internal sealed class PageContext
{
    /// <summary>The query parameter by which a caller of all tenants chooses one.</summary>
    public const string TenantField = "tenant";

    public const string AfterField = "after";

    private readonly Func<AntiforgeryTokenSet> _createToken;
    private string? _token;
    private IFormCollection? _refused;

    public PageContext(HttpContext http, NotifyDashboardOptions options, Func<AntiforgeryTokenSet> createToken)
    {
        Http = http;
        Title = options.Title;
        IdentityProvider = options.OpenIdConnect?.DisplayName;
        Root = GetRoot(http);
        _createToken = createToken;
    }

    public HttpContext Http { get; }

    public string Title { get; }

    /// <summary>Gets the name of the identity provider; null if people sign in only with API keys.</summary>
    public string? IdentityProvider { get; }

    /// <summary>Gets the relative URL of the overview, such as <c>../</c>.</summary>
    public string Root { get; }

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Gets the caller; null on the page to sign in.</summary>
    public Caller? Caller { get; private set; }

    public string Tenant { get; private set; } = Trigger.DefaultTenant;

    /// <summary>Gets the tenants among which the caller chooses; empty if there is nothing to choose.</summary>
    public IReadOnlyList<string> Tenants { get; private set; } = [];

    /// <summary>Gets whether the caller has a session that can end.</summary>
    public bool HasSession => Caller is not null && Http.User.Identity?.AuthenticationType == DashboardServices.Scheme;

    /// <summary>Gets what the last action did, to be shown once.</summary>
    public PageNotice? Notice { get; set; }

    /// <summary>Gets why the form of this request was refused. The page shows it again with what was typed.</summary>
    public IReadOnlyList<FieldError> Errors { get; private set; } = [];

    /// <summary>Gets the token of the forms of this page.</summary>
    public string FormToken => _token ??= _createToken().RequestToken!;

    private string HomeTenant { get; set; } = Trigger.DefaultTenant;

    /// <summary>Gets the kind of the key of the caller. Everything that the caller triggers has this kind.</summary>
    public ApiKeyKind Kind => Caller?.Kind ?? ApiKeyKind.Live;

    public bool Can(ApiScope scope) => Caller?.Has(scope) == true;

    /// <summary>Sets the caller. Returns false if the request names a tenant that the caller may not act for.</summary>
    public bool TrySetVisitor(Visitor visitor)
    {
        (HomeTenant, Tenants) = (visitor.HomeTenant, visitor.Tenants);
        var caller = visitor.Caller;
        var wanted = GetQuery(TenantField) ?? HomeTenant;
        if (wanted != caller.Tenant && !caller.Has(ApiScope.Platform))
            return false;

        caller.Set(Http, wanted);
        (Caller, Tenant) = (Caller.Find(Http), wanted);
        return true;
    }

    /// <summary>Lets the page show a form again, with its errors and what was typed.</summary>
    public void Refuse(IFormCollection form, IReadOnlyList<FieldError> errors) => (_refused, Errors) = (form, errors);

    /// <summary>Gets what was typed into a field of a refused form, or else the value that the field begins with.</summary>
    public string? GetTyped(string name, string? value = null) =>
        _refused?.TryGetValue(name, out var typed) == true ? typed.ToString() : value;

    /// <summary>Gets whether a box of a refused form was ticked.</summary>
    public bool IsTicked(string name, string value) => _refused?[name].Contains(value) == true;

    /// <summary>Finds the error of a field, such as that of <c>addresses.email</c> for <c>email</c>.</summary>
    public string? FindError(string field)
    {
        foreach (var error in Errors)
        {
            var name = error.Field;
            if (
                name == field
                || name.EndsWith($".{field}", StringComparison.Ordinal)
                || name.StartsWith($"{field}.", StringComparison.Ordinal)
                || name.StartsWith($"{field}[", StringComparison.Ordinal)
            )
                return error.Message;
        }

        return null;
    }

    /// <summary>
    /// Computes the idempotency key of what a form triggers. Each page has its own token, so a form that is sent twice has the
    /// same key, even without the script that prevents it.
    /// </summary>
    public async Task<string> CreateFormKeyAsync()
    {
        var form = await Http.Request.ReadFormAsync(Aborted).ConfigureAwait(false);
        var fields = form.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}");
        var text = string.Join('\n', fields.Prepend(GetPath(Http)));
        return $"dashboard-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
    }

    public string? GetQuery(string name) => Http.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>Gets the request for the part of a list that the query string names.</summary>
    public PageRequest GetPage(int limit = 50) => new() { After = GetQuery(AfterField) ?? "", Limit = limit };

    /// <summary>Creates the relative URL of a page of the dashboard, for the tenant of this one.</summary>
    public string Link(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var url = new StringBuilder(Root).Append(path);
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        if (Tenant != HomeTenant)
            Append(TenantField, Tenant);
        foreach (var (name, value) in query)
        {
            if (value is not null)
                Append(name, value);
        }

        return url.ToString();

        void Append(string name, string value)
        {
            url.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
    }

    /// <summary>Creates the URL of this page with one parameter of the query replaced, or removed with null.</summary>
    public string LinkHere(string name, string? value)
    {
        var others = Http
            .Request.Query.Where(field => field.Key != name && field.Key != TenantField)
            .Select(field => (field.Key, (string?)field.Value.ToString()))
            .Append((name, value));
        return Link(GetPath(Http), [.. others]);
    }

    /// <summary>Gets the relative URL of a style sheet, a script or an icon.</summary>
    public string Asset(string name) => Root + AssetEndpoints.GetPath(name);

    /// <summary>Escapes a part of a path.</summary>
    public static string Escape(string part) => Uri.EscapeDataString(part);

    /// <summary>Gets the path of the request below the prefix of the dashboard.</summary>
    public static string GetPath(HttpContext http)
    {
        var segments = (http.Request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var count = CountSegments(http);
        return string.Join('/', segments[^Math.Min(count, segments.Length)..].Select(Encode));

        // The server decodes everything in a path except a slash.
        static string Encode(string segment) =>
            Uri.EscapeDataString(segment).Replace("%252F", "%2F", StringComparison.OrdinalIgnoreCase);
    }

    private static string GetRoot(HttpContext http)
    {
        var depth = CountSegments(http) - 1;
        if (depth >= 0 && http.Request.Path.Value?.EndsWith('/') == true)
            depth++;
        return depth <= 0 ? "./" : string.Concat(Enumerable.Repeat("../", depth));
    }

    private static int CountSegments(HttpContext http)
    {
        var pattern = http.GetEndpoint()!.Metadata.GetRequiredMetadata<DashboardPath>().Pattern;
        return (pattern == DashboardPath.Unknown ? $"{http.GetRouteValue("path")}" : pattern)
            .Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Length;
    }
}

/// <summary>Endpoint metadata: the pattern of a path below the prefix of the dashboard.</summary>
internal sealed record DashboardPath(string Pattern)
{
    /// <summary>The pattern of paths without a page.</summary>
    public const string Unknown = "{**path}";
}

/// <summary>A message about an action, which the next page shows once.</summary>
internal sealed record PageNotice(string Text, bool IsError);

using System.Text.Json;
using System.Text.RegularExpressions;

namespace Notify.Hosting.Tests;

/// <summary>A call of the API.</summary>
internal sealed record TenantCall(string Method, string Path)
{
    public string? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>Gets what distinguishes this call from others of the same operation.</summary>
    public string Note { get; init; } = "";

    /// <summary>Gets whether the call is made with the inbox token of the tenant's user.</summary>
    public bool IsOfUser { get; init; }

    /// <summary>Gets whether no key is sent, because the path has a token.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Gets whether the call names things of the other tenant.</summary>
    public bool IsForeign { get; init; }

    public (string Name, string Value)? Header { get; init; }

    /// <summary>Gets the order: reads first and removals last, because each call changes what the next ones find.</summary>
    public int Order => Array.IndexOf(["GET", "POST", "PUT", "PATCH", "DELETE"], Method);
}

/// <summary>
/// Creates calls of all operations of the document: with the caller's own things, and with those of another tenant in the path,
/// in the query and in the body.
/// </summary>
internal sealed partial class TenantCalls(OpenApiDocument document)
{
    /// <summary>Operations that show nothing of a tenant, and those that only a caller for all tenants may use.</summary>
    private static readonly string[] Excluded =
    [
        // The token alone decides: it names the delivery and contains the target.
        "followTrackedLink",
        "getLiveness",
        "getOpenApiDocument",
        "getReadiness",
        // The signature of a vendor authorizes it, and the vendor is one of the application, not of a tenant.
        "receiveCallback",
        "showInboxComponent",
        "showProblemPage",
    ];

    /// <summary>Query parameters that name nothing which a tenant has.</summary>
    private static readonly string[] Plain =
    [
        // Cursors are tested with those of the other tenant's lists.
        "after",
        "channel",
        "filter",
        "from",
        "groupBy",
        "limit",
        "priority",
        "provider",
        "reason",
        "recipient",
        "resolution",
        "results",
        "status",
        "text",
        "to",
        "types",
        "version",
    ];

    private IEnumerable<OpenApiOperation> Operations =>
        document.Operations.Where(operation =>
            !Excluded.Contains(operation.Id) && !IsStream(operation) && !IsForAllTenants(operation)
        );

    /// <summary>Gets the paths of everything that a key can list, and of what exists once per tenant.</summary>
    public IReadOnlyList<string> Lists =>
        [
            .. Operations
                .Where(operation =>
                    operation.Method == "GET" && !IsOpen(operation) && !operation.Path.Contains('{', StringComparison.Ordinal)
                )
                // A part of a minute or hour would be counted for itself.
                .Select(operation => operation.Id == "queryAnalytics" ? $"{operation.Path}?resolution=day" : operation.Path)
                .Append("/v1/users/ada/devices")
                .Append("/v1/users/ada/inbox")
                .Append("/v1/topics/news/subscribers"),
        ];

    public static bool IsStream(OpenApiOperation operation) =>
        operation.Value.GetProperty("responses").TryGetProperty("200", out var response)
        && response.TryGetProperty("content", out var content)
        && content.TryGetProperty("text/event-stream", out _);

    /// <summary>Creates the calls of a tenant, in the order in which they are made.</summary>
    public IReadOnlyList<TenantCall> Create(IsolatedTenant tenant, ThingsOfTenant foreign) =>
        [
            .. Operations
                .SelectMany(operation => Create(operation, tenant, foreign))
                .Concat(TenantBodies.CreateMore(foreign))
                .OrderBy(call => call.Order)
                // A device is removed before its user.
                .ThenByDescending(call => call.Method == "DELETE" ? call.Path.Length : 0),
        ];

    private static IEnumerable<TenantCall> Create(OpenApiOperation operation, IsolatedTenant tenant, ThingsOfTenant foreign)
    {
        var call = new TenantCall(operation.Method, operation.Path)
        {
            IsOfUser = IsOfUser(operation),
            IsOpen = operation.Path.Contains("{token}", StringComparison.Ordinal),
        };
        // Each tenant has its own links, and a link of another one is a secret that nobody can guess.
        if (call.IsOpen)
        {
            yield return call with
            {
                Path = operation.Path.Replace("{token}", tenant.GetToken(operation.Path)),
                Body = "",
            };
            yield break;
        }

        var hasIds = operation.Path.Contains('{', StringComparison.Ordinal);
        if (operation.Method == "GET")
        {
            if (hasIds)
                yield return call with
                {
                    Path = Fill(operation, tenant.Things),
                    Note = "own",
                };
            foreach (var (name, value) in GetFilters(operation, foreign))
                yield return call with
                {
                    Path = $"{Fill(operation, foreign)}?{name}={Uri.EscapeDataString(value)}",
                    Note = name,
                };
        }

        foreach (var (i, (type, body)) in TenantBodies.Get(operation, foreign).Index())
            yield return call with
            {
                Note = $"{i}",
                Path = Fill(operation, foreign),
                Body = body,
                ContentType = type,
                IsForeign = hasIds || body is not null,
            };
    }

    private static IEnumerable<(string Name, string Value)> GetFilters(OpenApiOperation operation, ThingsOfTenant foreign)
    {
        foreach (var parameter in operation.Parameters.Where(parameter => parameter.Text("in") == "query"))
        {
            var name = parameter.Text("name")!;
            if (Plain.Contains(name))
                continue;
            yield return (name, foreign.FindFilter(name) ?? throw Unknown(operation, $"the query parameter '{name}'"));
        }
    }

    private static string Fill(OpenApiOperation operation, ThingsOfTenant things) =>
        Parameter()
            .Replace(operation.Path, match =>
                // Only a broadcast can be paused.
                operation.Id
                    is "pauseNotification"
                        or "resumeNotification"
                    ? things.Broadcast
                    : things.FindId(operation.Path[..match.Index].TrimEnd('/').Split('/')[^1])
                        ?? throw Unknown(operation, match.Value));

    private static InvalidOperationException Unknown(OpenApiOperation operation, string what) =>
        new($"{operation} is not tested: add {what} to {nameof(ThingsOfTenant)}.");

    private static bool IsOpen(OpenApiOperation operation) => operation.Value.GetProperty("security").GetArrayLength() == 0;

    private static bool IsOfUser(OpenApiOperation operation) =>
        IsOpen(operation) && operation.Path.StartsWith("/v1/inbox", StringComparison.Ordinal);

    private static bool IsForAllTenants(OpenApiOperation operation) =>
        !IsOpen(operation)
        && operation.Value.GetProperty("security")[0].TryGetProperty("key", out var scopes)
        && scopes.EnumerateArray().Any(scope => scope.GetString() == "platform");

    [GeneratedRegex("\\{[A-Za-z]+\\}")]
    private static partial Regex Parameter();
}

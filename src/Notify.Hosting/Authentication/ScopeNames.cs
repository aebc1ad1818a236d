namespace Notify.Hosting.Authentication;

/// <summary>The names of scopes in JSON, tokens and the OpenAPI document.</summary>
internal static class ScopeNames
{
    public static IReadOnlyDictionary<string, ApiScope> All { get; } =
        new Dictionary<string, ApiScope>(StringComparer.Ordinal)
        {
            ["send"] = ApiScope.Send,
            ["read"] = ApiScope.Read,
            ["manage"] = ApiScope.Manage,
            ["admin"] = ApiScope.Admin,
            ["platform"] = ApiScope.Platform,
        };

    public static IReadOnlyList<string> Get(ApiScope scopes) =>
        [.. All.Where(scope => (scopes & scope.Value) != 0).Select(scope => scope.Key)];

    /// <summary>Parses the scopes of a token. Unknown ones belong to other applications.</summary>
    public static ApiScope Parse(IEnumerable<string> names) =>
        names.Aggregate(ApiScope.None, (scopes, name) => scopes | All.GetValueOrDefault(name));
}

namespace Notify.Client.Keys;

/// <summary>The names of scopes and kinds in the HTTP API.</summary>
internal static class ScopeNames
{
    private static readonly (string Name, ApiScope Scope)[] All =
    [
        ("send", ApiScope.Send),
        ("read", ApiScope.Read),
        ("manage", ApiScope.Manage),
        ("admin", ApiScope.Admin),
        ("platform", ApiScope.Platform),
    ];

    public static IReadOnlyList<string> Get(ApiScope scopes) =>
        [.. All.Where(known => scopes.HasFlag(known.Scope)).Select(known => known.Name)];

    public static ApiScope Parse(IEnumerable<string> names) =>
        All.Where(known => names.Contains(known.Name)).Aggregate(ApiScope.None, (scopes, known) => scopes | known.Scope);

    public static string Get(ApiKeyKind kind) => kind.ToString().ToLowerInvariant();

    public static ApiKeyKind ParseKind(string name) =>
        Enum.TryParse<ApiKeyKind>(name, ignoreCase: true, out var kind) ? kind : ApiKeyKind.Live;
}
